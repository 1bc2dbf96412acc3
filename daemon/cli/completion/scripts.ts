export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell needs to know: that it should ask us. `vm-system complete -- WORDS` prints in its first line whether
 * files or folders may stand there as well, and then a candidate a line, with a tab before its description.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // Works with the bash 3.2 of macOS, which has neither mapfile nor compopt.
  bash: `# vm-system completion bash
_vm_system() {
  local current="\${COMP_WORDS[COMP_CWORD]}" program="\${COMP_WORDS[0]}" line files=''
  program="\${program/#\\~/$HOME}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $files ]]; then files="$line"; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <("$program" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $files in
    files) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
    folders) compopt -o filenames 2>/dev/null; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
  esac
}
complete -F _vm_system vm-system
`,
  zsh: `#compdef vm-system
# vm-system completion zsh
_vm-system() {
  local -a lines described
  local line files
  lines=("\${(@f)$("\${~words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  files="\${lines[1]}"
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#described )) && _describe -V 'vm-system' described
  case $files in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
# Found in a folder of $fpath, this file is the function; sourced, it only makes it known.
if [[ $0 == _vm-system ]]; then _vm-system; else compdef _vm-system vm-system; fi
`,
  fish: `# vm-system completion fish
function __vm_system_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l lines ($program complete -- $words[2..-1] "$current" 2>/dev/null)
    printf '%s\\n' $lines[2..-1]
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
    end
end
complete -c vm-system -f -a '(__vm_system_complete)'
`,
};
