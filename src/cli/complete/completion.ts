import type { Command } from '../command.ts';
import { CliError } from '../failure.ts';

const BASH = `# bash completion for kubectl-sync; kubectl itself asks kubectl_complete-sync, which the package installs beside it.
_kubectl_sync() {
  local IFS=$'\\n' lines
  lines=($(kubectl-sync __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  local directive=\${lines[\${#lines[@]}-1]}
  unset "lines[\${#lines[@]}-1]"
  COMPREPLY=("\${lines[@]%%$'\\t'*}")
  [[ $directive == :6 ]] && compopt -o nospace
}
complete -F _kubectl_sync kubectl-sync
`;

const ZSH = `#compdef kubectl-sync
# zsh completion for kubectl-sync; kubectl itself asks kubectl_complete-sync, which the package installs beside it.
_kubectl_sync() {
  local -a lines values
  lines=("\${(@f)$(kubectl-sync __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local directive=\${lines[-1]}
  lines[-1]=()
  values=("\${(@)lines%%$'\\t'*}")
  (( \${#values} )) || return 1
  if [[ $directive == :6 ]]; then compadd -S '' -a values; else compadd -a values; fi
}
compdef _kubectl_sync kubectl-sync
`;

const FISH = `# fish completion for kubectl-sync; kubectl itself asks kubectl_complete-sync, which the package installs beside it.
function __kubectl_sync
  kubectl-sync __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null | string match -v -r '^:'
end
complete -c kubectl-sync -f -a '(__kubectl_sync)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Scripts for shells. */
export const completion: Command = {
  name: 'completion',
  summary: 'Print the completion script for bash, zsh or fish',
  args: 'bash|zsh|fish',
  description:
    "With kubectl's own completion in your shell, `kubectl sync <TAB>` works by itself where kubectl_complete-sync is on the PATH, as the package puts it.\nThe scripts are for kubectl-sync typed as a command of its own.",
  flags: {},
  examples: [
    { text: 'bash, for this shell', line: 'source <(kubectl sync completion bash)' },
    { text: 'fish, for good', line: 'kubectl sync completion fish > ~/.config/fish/completions/kubectl-sync.fish' },
  ],
  needs: [],
  async run({ terminal }, { args: [shell] }) {
    const script = shell === undefined ? undefined : SCRIPTS[shell];
    if (script === undefined) throw new CliError(`name a shell: ${Object.keys(SCRIPTS).join(', ')}`);
    terminal.out(script);
    return 0;
  },
};
