// Command lines as a page shows them: split into words as a shell does, as far as pages go. Not a shell: variables that
// a page does not set stay as they are, and what stands in $(...) is not looked into.

/// One command of a shell text.
struct ShellCommand: Equatable {
    var words: [String] = []
    /// Files that its output goes to.
    var outputs: [String] = []

    /// The words after a program, under whatever launcher it is; `nil` if it is not run here.
    func arguments(of program: String) -> [String]? {
        guard let place = words.firstIndex(where: { $0 == program || $0.hasSuffix("/release/\(program)") }) else {
            return nil
        }
        return Array(words[(place + 1)...])
    }
}

/// The commands of a text, in order.
///
/// - Parameter lines: with `\` at the end of lines that go on, comments, pipes, here-documents, and perhaps a prompt.
func shellCommands(_ lines: [String]) -> [ShellCommand] {
    var scanner = ShellScanner()
    var rest = lines[...]
    while let line = rest.popFirst() {
        scanner.read(line.hasPrefix("$ ") ? String(line.dropFirst(2)) : line)
        if let end = scanner.documentEnd.take() {
            while let text = rest.popFirst(), text != end {}
        }
    }
    scanner.endCommand()
    return scanner.commands
}

private struct ShellScanner {
    var commands: [ShellCommand] = []
    /// The line that ends the here-document which begins after this line.
    var documentEnd: String?
    private var command = ShellCommand()
    private var word: String?
    private var quote: Character?
    private var variables: [String: String] = [:]
    /// What the next word is, where it is none of the command.
    private var redirection: String?

    mutating func read(_ line: String) {
        var characters = Array(line)[...]
        while let character = characters.popFirst() {
            switch (quote, character) {
            case (.some(let open), _) where character == open: quote = nil
            case ("'", _): word = (word ?? "") + String(character)
            case (_, "$"): substitute(&characters)
            case (.some, _): word = (word ?? "") + String(character)
            case (nil, "'"), (nil, "\""):
                quote = character
                word = word ?? ""
            case (nil, "\\"):
                guard let next = characters.popFirst() else { return endWord() }
                word = (word ?? "") + String(next)
            case (nil, "#") where word == nil: characters = []
            case (nil, " "): endWord()
            case (nil, "|"), (nil, "&"), (nil, ";"), (nil, "("), (nil, ")"): endCommand()
            case (nil, ">"), (nil, "<"):
                if word.map({ $0.allSatisfy(\.isNumber) }) == true { word = nil }
                endWord()
                redirection = (redirection ?? "") + String(character)
            default: word = (word ?? "") + String(character)
            }
        }
        if quote == nil { endCommand() } else { word = (word ?? "") + "\n" }
    }

    private mutating func substitute(_ characters: inout ArraySlice<Character>) {
        if characters.first == "(" {
            var depth = 0
            word = (word ?? "") + "$"
            repeat {
                guard let next = characters.popFirst() else { break }
                depth += next == "(" ? 1 : next == ")" ? -1 : 0
                word = (word ?? "") + String(next)
            } while depth > 0
            return
        }
        let name = String(characters.prefix { $0.isLetter || $0 == "_" })
        characters = characters.dropFirst(name.count)
        let value = variables[name] ?? "$\(name)"
        // What a command would print is not known, and taken for one word.
        guard quote == nil, !value.hasPrefix("$(") else { return word = (word ?? "") + value }
        for (place, part) in value.split(separator: " ").enumerated() {
            if place > 0 { endWord() }
            word = (word ?? "") + part
        }
    }

    private mutating func endWord() {
        guard let ended = word.take() else { return }
        switch redirection.take() {
        case ">", ">>": command.outputs.append(ended)
        case "<<": documentEnd = ended
        case .some: break
        case nil:
            let parts = ended.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if command.words.isEmpty, parts.count == 2, parts[0].allSatisfy({ $0.isUppercase || $0 == "_" }) {
                variables[String(parts[0])] = String(parts[1])
            } else {
                command.words.append(ended)
            }
        }
    }

    mutating func endCommand() {
        endWord()
        redirection = nil
        if !command.words.isEmpty { commands.append(command) }
        command = ShellCommand()
    }
}
