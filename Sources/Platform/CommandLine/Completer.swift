// What can follow on a command line that is being typed: shells ask the program itself, so that what they offer is
// always what it takes.

/// Completes a program's command lines.
struct Completer {
    let program: ProgramEntry

    /// Rows for the shell, whose columns tabs part: which paths fit, as `paths=files`, then a word and a sentence each.
    ///
    /// - Parameter words: what follows the program's name; the last one, which may be empty, is being typed.
    func rows(for words: [String]) -> [[String]] {
        let (candidates, paths) = answer(words)
        return [["paths=\(paths.rawValue)"]]
            + candidates.map { $0.summary.isEmpty ? [$0.word] : [$0.word, Self.firstSentence(of: $0.summary)] }
    }

    private func answer(_ words: [String]) -> (candidates: [Candidate], paths: Completion.Paths) {
        guard let typed = words.last else { return ([], .none) }
        if program.commands.isEmpty { return answer(words.dropLast(), typed, in: program.own) }
        if words.count == 1, !typed.hasPrefix("-") {
            return (
                program.commands.map { Candidate($0.name, $0.summary) }.filter { $0.word.hasPrefix(typed) }, .none
            )
        }
        guard words.count > 1 else { return (flags(of: program.own, beginning: typed), .none) }
        guard let command = program.commands.first(where: { $0.name == words[0] }) else { return ([], .none) }
        return answer(words[1..<(words.count - 1)], typed, in: command)
    }

    /// - Parameter earlier: the words of the command before the one that is being typed.
    private func answer(
        _ earlier: ArraySlice<String>, _ typed: String, in command: CommandEntry
    ) -> (candidates: [Candidate], paths: Completion.Paths) {
        var arguments: [String] = []
        var awaited: Flag?
        for word in earlier {
            if awaited != nil {
                awaited = nil
            } else if word.hasPrefix("--") {
                awaited = command.flags.first { "--\($0.name)" == word && $0.placeholder != nil }
            } else {
                arguments.append(word)
            }
        }
        if let awaited { return (awaited.values.candidates(for: typed), awaited.values.paths) }
        if typed.hasPrefix("--"), let end = typed.firstIndex(of: "=") {
            let (name, value) = (typed[..<end], String(typed[typed.index(after: end)...]))
            guard let flag = command.flags.first(where: { "--\($0.name)" == name && $0.placeholder != nil }) else {
                return ([], .none)
            }
            let candidates = flag.values.candidates(for: value)
            return (candidates.map { Candidate("\(name)=\($0.word)", $0.summary) }, flag.values.paths)
        }
        if typed.hasPrefix("-") { return (flags(of: command, beginning: typed), .none) }
        let argument = command.argument(arguments)
        return (argument.candidates(for: typed), argument.paths)
    }

    private func flags(of command: CommandEntry, beginning typed: String) -> [Candidate] {
        command.flags.map { Candidate("--\($0.name)", $0.summary) }.filter { $0.word.hasPrefix(typed) }
    }

    /// A list of words has little room for more.
    private static func firstSentence(of text: String) -> String {
        String(text.prefix { $0 != ";" }.prefix(100))
    }
}
