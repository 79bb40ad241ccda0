/**
 * A URL without its password, for messages. It is cut by hand, since the URLs that need a message are often those that
 * no parser takes: everything between the user's name and the *last* `@` goes, so that a password with `/` or `@` in it
 * doesn't show half of itself.
 */
export function redactUrl(url: string): string {
  const withoutParameters = url.replaceAll(/([?&][^=&]*password=)[^&]*/gi, '$1***');
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(withoutParameters)?.[0] ?? '';
  const rest = withoutParameters.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  if (at === -1) {
    // A user and a password may stand where host and port belong.
    if (!scheme.toLowerCase().startsWith('postgres')) return scheme + rest;
    return scheme + rest.replace(/^([^:/?#[]*):(?!\d+(?:[/?#]|$))[^?]+/, '$1:***');
  }
  const colon = rest.indexOf(':');
  const user = colon === -1 || colon > at ? rest.slice(0, at) : `${rest.slice(0, colon)}:***`;
  return `${scheme}${user}${rest.slice(at)}`;
}
