// Finding: one thing that is to be known of a graph before a run, as a value. How findings are written out is in
// FindingText and FindingJSON.

/// How much a finding matters.
public enum Severity: String, Sendable, Comparable, CaseIterable {
    /// A fact.
    case note
    /// What is probably not meant.
    case warning
    /// What cannot come to what it is run for.
    case error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Whether a condition holds.
public enum Verdict: String, Sendable, CaseIterable {
    case holds, fails
    /// It depends on what is not known here, or takes too long to find out.
    case unknown
}

/// One thing that was found, or one condition that was looked at.
public struct Finding: Sendable, Equatable {
    /// What kind of thing, for programs; stable.
    public let code: String
    public var severity: Severity
    /// For conditions.
    public let verdict: Verdict?
    /// The rule that it is about.
    public let rule: String?
    /// By name, in a stable order; what is not finite is left out.
    public let numbers: [Number]
    /// Labels of the nodes that it names.
    public let nodes: [String]
    /// For people, without its full stop.
    public let sentence: String
    /// What a rule's verdict is made of.
    public let parts: [Finding]

    public struct Number: Sendable, Equatable {
        public let name: String
        public let value: Double
    }

    init(
        _ code: String, _ severity: Severity = .note, verdict: Verdict? = nil, rule: String? = nil,
        numbers: [(String, Double)] = [], nodes: [String] = [], parts: [Finding] = [], saying sentence: String
    ) {
        self.code = code
        self.severity = severity
        self.verdict = verdict
        self.rule = rule
        self.numbers = numbers.filter { $0.1.isFinite }.map { Number(name: $0.0, value: $0.1) }
        self.nodes = nodes
        self.parts = parts
        self.sentence = sentence
    }

    /// The number of this name.
    public func number(_ name: String) -> Double? { numbers.first { $0.name == name }?.value }
}
