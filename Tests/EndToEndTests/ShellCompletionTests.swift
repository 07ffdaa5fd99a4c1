// Completions as real shells make them: bash, zsh and fish load the script and are asked what can follow.
import Platform
import Testing

/// Whether a shell is installed; where it is not, there is nothing to be asked.
private func hasShell(_ name: String) -> Bool {
    ["/bin", "/usr/bin", "/usr/local/bin"].contains { Files.exists("\($0)/\(name)") }
}

extension EndToEndTests {
    @Suite("Completions in shells") struct ShellCompletionTests {
        /// What is typed, the last word half-way, and what a shell must then offer, among others.
        private static let questions: [(typed: [String], offered: [String])] = [
            (["res"], ["resume"]), (["run", "--tra"], ["--transport"]), (["run", "--transport", ""], ["tcp", "udp"]),
            (["reproduce", "ios-t"], ["ios-table"]), (["aggregate", "--rule", "csP"], ["csPlus"]),
            (["keys", "graph-o"], ["graph-of-mine.json"]),
        ]

        /// - Parameter ask: of the words that are typed, a line of a shell that prints what is offered, a word a line.
        private func check(_ shell: String, _ ask: ([String]) -> String) throws {
            let laboratory = try Laboratory()
            _ = try laboratory.write("{}", to: "graph-of-mine.json")
            let script = try laboratory.shell("gossiplab completions \(shell) > script.\(shell)")
            #expect(script.status == .exited(0))
            for (typed, offered) in Self.questions {
                let ended = try laboratory.shell(ask(typed))
                #expect(ended.errors.isEmpty, "\(shell) \(typed): \(ended.errors)")
                let words = ended.output.split(whereSeparator: \.isNewline).map {
                    $0.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
                }
                for word in offered { #expect(words.contains(word), "\(shell) \(typed): \(words)") }
            }
            let nonsense = try laboratory.shell(ask(["run", "--no-such-fl"]))
            #expect(nonsense.output.allSatisfy { $0.isWhitespace }, "\(shell): \(nonsense.output)")
        }

        private func quoted(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: " ") }

        @Test("bash", .enabled(if: hasShell("bash"), "bash is not installed"))
        func bash() throws {
            func ask(_ typed: [String]) -> String {
                let words = typed.map { "\"\($0)\"" }.joined(separator: " ")
                return """
                    bash --norc -c 'source ./script.bash; COMP_WORDS=(gossiplab \(words)); \
                    COMP_CWORD=\(typed.count); _gossipnode 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
                    """
            }
            try check("bash", ask)
            // It breaks words at "=", and puts in only what follows.
            let laboratory = try Laboratory()
            let ended = try laboratory.shell(
                """
                gossiplab completions bash > script; bash --norc -c 'source ./script; \
                COMP_WORDS=(gossiplab run --set aggregation.rule = csP); COMP_CWORD=5; _gossipnode; echo "$COMPREPLY"
                COMP_WORDS=(gossiplab run --set training.roun); COMP_CWORD=3; _gossipnode; echo "$COMPREPLY"
                complete -p gossiplab gossipnode'
                """)
            #expect(
                ended.output
                    == """
                    csPlus
                    training.rounds=
                    complete -F _gossipnode gossiplab
                    complete -F _gossipnode gossipnode

                    """,
                "\(ended.errors)")
        }

        /// It completes only at a prompt: the shell types into one of its own.
        @Test("zsh", .enabled(if: hasShell("zsh"), "zsh is not installed"))
        func zsh() throws {
            try check("zsh") { typed in
                """
                # What is offered is told, too, and when all of it was: what is typed meanwhile would call it off.
                cat > offer.zsh <<'END'
                source ./script.zsh
                compadd() { local -a told; builtin compadd -O told "$@"; print -l OFFER:$^told; builtin compadd "$@"; }
                functions -c _gossipnode _asked
                _gossipnode() { _asked "$@"; print OVER; }
                END
                cat > ask.zsh <<'END'
                zmodload zsh/zpty
                zpty it 'PS1=; PROMPT=; zsh -f -i'
                zpty -w it 'PROMPT=; RPROMPT=; stty -echo columns 200; autoload -Uz compinit; compinit -u -d ./dump'
                zpty -w it 'source ./offer.zsh; bindkey "^I" complete-word; print READY""DONE'
                zpty -r -m it line '*READYDONE*'
                zpty -w -n it "gossiplab $1"$'\\t'
                zpty -r -m it line '*OVER*'
                print -r -- "$line" | tr -d '\\r' | grep -o 'OFFER:[^ ]*' | sed 's/OFFER://'
                zpty -d it
                END
                zsh -f ask.zsh '\(typed.joined(separator: " "))'; true
                """
            }
        }

        @Test("fish", .enabled(if: hasShell("fish"), "fish is not installed"))
        func fish() throws {
            try check("fish") { typed in
                let line = "gossiplab \(typed.joined(separator: " "))"
                return "HOME=$PWD fish --no-config -c 'source ./script.fish; complete -C \"\(line)\"'"
            }
        }
    }
}
