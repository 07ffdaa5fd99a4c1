// What a shell may put into a place of a command line: words that the program knows, files, folders.

/// A word that fits, and what a shell that shows more than words says of it. A word that ends in `=` is to be gone on
/// with, so that shells put no blank after it.
public struct Candidate: Sendable, Equatable {
    public let word: String
    public let summary: String

    public init(_ word: String, _ summary: String = "") {
        self.word = word
        self.summary = summary
    }
}

/// What can stand in one place of a command line.
public struct Completion: Sendable {
    /// Which paths fit beside the words; a shell finds them by itself.
    public enum Paths: String, Sendable { case none, files, folders }

    public let paths: Paths
    /// For what was typed so far, all that may begin with it.
    private let find: @Sendable (String) -> [Candidate]

    /// - Parameter find: told what was typed so far; what does not begin with it is left out by the caller.
    public init(paths: Paths = .none, _ find: @escaping @Sendable (String) -> [Candidate] = { _ in [] }) {
        self.paths = paths
        self.find = find
    }

    public static let nothing = Completion()
    public static let files = Completion(paths: .files)
    public static let folders = Completion(paths: .folders)

    /// A few words.
    public static func words(_ words: [String], or paths: Paths = .none) -> Completion {
        Completion(paths: paths) { _ in words.map { Candidate($0) } }
    }

    /// Those of a catalogue, with their sentences.
    public static func named(_ entries: [(name: String, summary: String)], or paths: Paths = .none) -> Completion {
        let candidates = entries.map { Candidate($0.name, $0.summary) }
        return Completion(paths: paths) { _ in candidates }
    }

    /// What the placeholder of a value or an argument stands for.
    init(_ placeholder: String) {
        let words = placeholder.split { !$0.isLetter }
        func names(_ kinds: [Substring]) -> Bool { words.contains { kinds.contains($0) } }
        self = names(["RUN", "DIR"]) ? .folders : names(["FILE", "PATH", "TOPOLOGY"]) ? .files : .nothing
    }

    /// The words that begin with what was typed.
    public func candidates(for typed: String) -> [Candidate] { find(typed).filter { $0.word.hasPrefix(typed) } }
}
