// Law: a property that every entry of a catalogue must have, with a wrong subject on which it fails.

/// What every subject of a kind must obey. It comes with a subject that was made to break it: a law that nothing breaks
/// tests nothing, and a law without such a subject cannot be written down.
public struct Law<Subject: Sendable>: Sendable, CustomStringConvertible {
    public let description: String
    /// Wrong on purpose.
    public let counterexample: Subject
    private let judge: @Sendable (Subject, inout Verdict) throws -> Void

    public init(
        _ description: String, brokenBy counterexample: Subject,
        judge: @escaping @Sendable (_ subject: Subject, _ verdict: inout Verdict) throws -> Void
    ) {
        self.description = description
        self.counterexample = counterexample
        self.judge = judge
    }

    /// How the subject breaks the law: nothing for one that is right.
    public func violations(of subject: Subject) throws -> [String] {
        var verdict = Verdict()
        try judge(subject, &verdict)
        return verdict.violations
    }

    /// How the subject breaks the law that was made to.
    public var violationsOfCounterexample: [String] { get throws { try violations(of: counterexample) } }
}

/// What a law has found so far.
public struct Verdict: Sendable {
    /// More of them tell nothing new.
    private static let mostViolations = 3
    public private(set) var violations: [String] = []

    /// - Parameter detail: where, and what was found there.
    public mutating func expect(_ condition: Bool, _ detail: @autoclosure () -> String) {
        if !condition, violations.count < Self.mostViolations { violations.append(detail()) }
    }
}
