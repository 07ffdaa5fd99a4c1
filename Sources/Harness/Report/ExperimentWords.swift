// ExperimentWords: what an experiment is, in one line: rule, attack, data, split, model, seed.
import JSON

/// The essence of an experiment as it was written with all its defaults.
struct ExperimentWords: CustomStringConvertible {
    private let settings: JSONValue

    init(_ settings: JSONValue) { self.settings = settings }

    /// More nodes of a group are only counted.
    private static let mostNames = 8

    /// "csPlus, f = 2 · dissensus (epsilon 1.5) by 3 7 11 · digits · dirichlet (alpha 1) · softmax · seed 1".
    var description: String {
        let task = settings.member("task")
        let parts = [
            rule, attacks, words(task?.member("dataset")), words(task?.member("split")),
            words(task?.member("model")),
        ]
        return (parts + [settings.member("seed").map { "seed \(text($0))" }]).compactMap(\.self)
            .joined(separator: " · ")
    }

    /// With what comes before it and what it withstands.
    var rule: String? {
        guard let aggregation = settings.member("aggregation"), let rule = words(aggregation.member("rule")) else {
            return nil
        }
        let before = (aggregation.member("before")?.elements ?? []).compactMap(words)
        let tolerates = aggregation.member("tolerates")
        let budget =
            tolerates?.member("count").map { ", f = \(text($0))" }
            ?? tolerates?.member("weight").map { ", b = \(text($0))" } ?? ", f as an oracle says"
        return (before + [rule]).joined(separator: ", then ") + budget
    }

    var attacks: String {
        let groups = settings.member("adversary")?.elements ?? []
        guard !groups.isEmpty else { return "no attack" }
        return groups.map { group in
            let labels = (group.member("nodes")?.elements ?? []).compactMap(\.text)
            let isShort = (1...Self.mostNames).contains(labels.count)
            let nodes =
                isShort
                ? labels.joined(separator: " ")
                : labels.isEmpty ? words(group.member("nodes")) ?? "some nodes" : "\(labels.count) nodes"
            return "\(words(group.member("attack")) ?? "an attack") by \(nodes)"
        }.joined(separator: " and ")
    }

    /// Of a choice with its parameters: "dirichlet (alpha 1)". Parameters that are not set, or are settings of their
    /// own, are left out.
    private func words(_ choice: JSONValue?) -> String? {
        guard let choice else { return nil }
        if let name = choice.text { return name }
        guard let kind = choice.member("kind")?.text else { return nil }
        let others = ["kind", "over", "minimumSamples"]
        let parameters = choice.members.filter { member in
            if case .null = member.value.kind { return false }
            return !others.contains(member.key) && member.value.members.isEmpty
        }
        guard !parameters.isEmpty else { return kind }
        return "\(kind) (\(parameters.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")))"
    }

    private func text(_ value: JSONValue) -> String {
        switch value.kind {
        case .number(_, let literal): literal
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        default: value.elements.map(text).joined(separator: " ")
        }
    }
}
