// ConfigurationFault: what is wrong with something the operator wrote. One line of text each, made here and nowhere
// else.

/// A mistake in a file, a flag or a value, found before the first round: where, what, and what is allowed.
public struct ConfigurationFault: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        /// A name that no catalogue or key table knows.
        case unknown(noun: String, given: String, known: [String])
        /// A value of the right type outside what is allowed.
        case notAllowed(key: String, given: String, allowed: String)
        /// A value of another type.
        case wrongType(key: String, given: String, expected: String)
        /// A key that must be there.
        case missing(key: String, expected: String)
        /// What a setting asks to be searched for was not found; a sentence.
        case notFound(String)
        /// Anything else, already a sentence without its full stop.
        case other(String)
    }

    /// A file with line and column, a flag, or empty where the caller adds it.
    public var place: String
    public let problem: Problem

    public init(_ problem: Problem, at place: String = "") {
        self.place = place
        self.problem = problem
    }

    public init(_ sentence: String, at place: String = "") {
        self.init(.other(sentence), at: place)
    }

    /// The same fault, named at `place` if it had no place of its own.
    public func located(at place: String) -> ConfigurationFault {
        self.place.isEmpty ? ConfigurationFault(problem, at: place) : self
    }

    public var description: String {
        place.isEmpty ? sentence : "\(place): \(sentence)"
    }

    private var sentence: String {
        switch problem {
        case .unknown(let noun, let given, let known):
            let nearest = nearestName(to: given, among: known).map { "; did you mean '\($0)'?" } ?? ""
            let list = known.count <= 12 && !known.isEmpty ? " (known: \(known.joined(separator: ", ")))" : ""
            return "unknown \(noun) '\(excerpt(of: given))'\(nearest)\(list)"
        case .notAllowed(let key, let given, let allowed):
            return "\(key) is \(excerpt(of: given)); allowed: \(allowed)"
        case .wrongType(let key, let given, let expected):
            return "\(key) is \(excerpt(of: given)); expected \(expected)"
        case .missing(let key, let expected):
            return "\(key) is missing; expected \(expected)"
        case .notFound(let sentence), .other(let sentence):
            return sentence
        }
    }
}

/// A text as messages quote it: of a long one the beginning.
public func excerpt(of text: String) -> String {
    let most = 100
    return text.utf8.count <= most ? text : "\(text.prefix(most))…"
}

/// The known name at the least edit distance, if it is near enough to be a slip (a third of the length, at least 2).
public func nearestName(to given: String, among known: [String]) -> String? {
    let target = Array(given.lowercased().utf8)
    var best: (distance: Int, name: String)?
    // What is longer by more than a slip need not be compared, and no name is so long.
    guard target.count <= 200 else { return nil }
    for name in known where abs(name.utf8.count - target.count) <= max(2, max(target.count, name.utf8.count) / 3) {
        let distance = editDistance(target, Array(name.lowercased().utf8))
        if distance < best?.distance ?? Int.max { best = (distance, name) }
    }
    guard let best, best.distance <= max(2, max(target.count, best.name.utf8.count) / 3) else { return nil }
    return best.name
}

/// Levenshtein distance between two byte strings.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, min(row[j], row[j + 1]) + 1)
        }
    }
    return row[b.count]
}
