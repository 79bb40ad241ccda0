import type { Api } from '../api.ts';
import { MalformedRequestError } from '../errors.ts';

/**
 * Bodies are JSON in UTF-8. Bytes that aren't UTF-8 are refused: decoding them loosely would store other text than was sent.
 */
export function takeOnlyJson(api: Api): void {
  const parse = api.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = decoder.decode(body as Buffer);
    } catch {
      done(new MalformedRequestError('The body is not UTF-8.'));
      return;
    }
    void parse(request, text, done);
  });
}
