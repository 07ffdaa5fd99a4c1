// The shells whose words can be completed, and what each has to be told: a function that asks the program on its
// command line, whichever of the two it is. One script is for both.
import Registry

/// A shell that completes words.
public enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    public static let names = Completion.words(allCases.map(\.rawValue))
    public static var listed: String { allCases.map(\.rawValue).joined(separator: ", ") }

    public init(named name: String) throws(ConfigurationFault) {
        guard let shell = Shell(rawValue: name) else {
            throw ConfigurationFault(.unknown(noun: "shell", given: name, known: Shell.allCases.map(\.rawValue)))
        }
        self = shell
    }

    /// Where the script belongs.
    public var hint: String {
        switch self {
        case .bash: "source <(gossiplab completions bash)"
        case .zsh: "source <(gossiplab completions zsh)"
        case .fish: "gossiplab completions fish | source"
        }
    }

    /// The script.
    public var script: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }

    private static let bashScript = #"""
        # Completes gossiplab and gossipnode in bash, by what they say themselves: source this file.
        _gossipnode() {
            local current="${COMP_WORDS[COMP_CWORD]}" words=() word reply line paths="" whole before typed i
            # Bash breaks words at "=" and ":", and puts in what follows the last of them.
            for ((i = 1; i <= COMP_CWORD; i++)); do
                word="${COMP_WORDS[i]}"
                if ((${#words[@]})) && [[ "$word" == [=:]* || "${words[-1]}" == *[=:] ]]; then
                    words[-1]+="$word"
                else
                    words+=("$word")
                fi
            done
            whole="${words[-1]}"
            typed="$current"
            [[ "$typed" == [=:] ]] && typed=""
            before="${whole%"$typed"}"
            COMPREPLY=()
            reply="$("${COMP_WORDS[0]/#\~/$HOME}" --complete "${words[@]}" 2>/dev/null)" || return
            while IFS= read -r line; do
                if [[ "$line" == paths=* ]]; then
                    paths="${line#paths=}"
                else
                    line="${line%%$'\t'*}"
                    COMPREPLY+=("${line#"$before"}")
                fi
            done <<<"$reply"
            if [[ "$paths" == files || "$paths" == folders ]]; then
                compopt -o filenames 2>/dev/null
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
                    if [[ "$paths" == files ]]; then compgen -f -- "$typed"; else compgen -d -- "$typed"; fi)
            fi
            [[ ${#COMPREPLY[@]} == 1 && "${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
            return 0
        }
        complete -F _gossipnode gossiplab gossipnode
        """#

    private static let zshScript = #"""
        #compdef gossiplab gossipnode
        # Completes gossiplab and gossipnode in zsh, by what they say themselves: source this file after compinit, or
        # put it into a folder of fpath as _gossiplab.
        _gossipnode() {
            local line paths word sentence
            local -a closed open
            while IFS= read -r line; do
                if [[ "$line" == paths=* ]]; then
                    paths="${line#paths=}"
                    continue
                fi
                word="${line%%$'\t'*}"
                sentence="${line#"$word"}"
                sentence="${sentence#$'\t'}"
                line="${word//:/\\:}${sentence:+:$sentence}"
                if [[ "$word" == *= ]]; then open+=("$line"); else closed+=("$line"); fi
            done < <("${(Q)words[1]/#\~/$HOME}" --complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
            (($#closed)) && _describe word closed
            (($#open)) && _describe key open -S ''
            if [[ "$paths" == files || "$paths" == folders ]]; then
                [[ "$PREFIX" == --*=* ]] && compset -P '*='
                if [[ "$paths" == files ]]; then _files; else _files -/; fi
            fi
            return 0
        }
        if [[ "$funcstack[1]" == _gossiplab ]]; then
            _gossipnode "$@"
        else
            compdef _gossipnode gossiplab gossipnode
        fi
        """#

    private static let fishScript = #"""
        # Completes gossiplab and gossipnode in fish, by what they say themselves: source this file.
        function __gossipnode_complete
            set -l words (commandline -opc)
            set -l typed (commandline -ct)
            for line in (command $words[1] --complete $words[2..] "$typed" 2>/dev/null)
                switch $line
                    case 'paths=files'
                        __fish_complete_path "$typed"
                    case 'paths=folders'
                        __fish_complete_directories "$typed"
                    case 'paths=*'
                    case '*'
                        printf '%s\n' $line
                end
            end
        end
        complete -c gossiplab -f -a '(__gossipnode_complete)'
        complete -c gossipnode -f -a '(__gossipnode_complete)'
        """#
}
