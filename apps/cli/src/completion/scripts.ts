import type { Place, Word } from './tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that a shell reads to complete `keelson`. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}

/** The words that were typed so far lead to a place; those that aren't commands there are options and arguments. */
function bash(places: readonly Place[]): string {
  const answers = places.map(
    ({ path, commands, options }) =>
      `    ${single(path)}) words=${single([...commands, ...options].map(({ word }) => word).join(' '))} ;;`,
  );
  return `# keelson completion bash: for ~/.bashrc, as \`source <(keelson completion bash)\`
_keelson() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place="" word i words=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${place:+$place }$word" in
      ${pathsOf(places).map(single).join(' | ')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${answers.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _keelson keelson
`;
}

function zsh(places: readonly Place[]): string {
  const described = ({ word, description }: Word): string =>
    single(`${word.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);
  const answers = places.map(
    ({ path, commands, options }) =>
      `    ${single(path)}) words_here=(${[...commands, ...options].map(described).join(' ')}) ;;`,
  );
  return `#compdef keelson
# keelson completion zsh: into a folder of $fpath, as _keelson
_keelson() {
  local place="" word i
  local -a words_here
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "\${place:+$place }$word" in
      ${pathsOf(places).map(single).join(' | ')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${answers.join('\n')}
  esac
  _describe 'keelson' words_here
  _files
}
compdef _keelson keelson
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const at = `-n ${single(`test (__keelson_place) = "${path}"`)}`;
    return [
      ...commands.map(({ word, description }) => `complete -c keelson ${at} -a ${word} -d ${single(description)}`),
      ...options.map(
        ({ word, description }) => `complete -c keelson ${at} -l ${word.replace(/^--/, '')} -d ${single(description)}`,
      ),
    ];
  });
  return `# keelson completion fish: into ~/.config/fish/completions/keelson.fish
function __keelson_place
  set -l place ""
  for word in (commandline -opc)[2..]
    switch (string trim "$place $word")
      case ${pathsOf(places).map(single).join(' ')}
        set place (string trim "$place $word")
    end
  end
  echo "$place"
end
${lines.join('\n')}
`;
}

function pathsOf(places: readonly Place[]): string[] {
  return places.flatMap(({ path }) => (path === '' ? [] : [path]));
}

/** In single quotes nothing means anything to a shell. */
function single(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
