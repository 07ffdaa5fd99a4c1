// Examination: one thing that a run needs of the machine, what was found of it, and what can be done.
import JSON
import Platform

/// What was found of one thing.
public struct Examination: Sendable, Equatable {
    public enum State: String, Sendable {
        case ok
        /// The run goes, though not as well as it could.
        case note
        /// The run does not go.
        case problem
    }

    /// As in "open files".
    public let name: String
    public let state: State
    public let finding: String
    /// What can be done; `nil` where nothing needs to be.
    public let remedy: String?

    static func ok(_ name: String, _ finding: String) -> Examination {
        Examination(name: name, state: .ok, finding: finding, remedy: nil)
    }

    static func note(_ name: String, _ finding: String, _ remedy: String) -> Examination {
        Examination(name: name, state: .note, finding: finding, remedy: remedy)
    }

    static func problem(_ name: String, _ finding: String, _ remedy: String) -> Examination {
        Examination(name: name, state: .problem, finding: finding, remedy: remedy)
    }
}

/// All that was found.
public struct Diagnosis: Sendable {
    /// Of what: "64 nodes with up to 6 links", as in the experiment.
    public let subject: String
    public let examinations: [Examination]

    public var problems: Int { examinations.count { $0.state == .problem } }

    /// A row each, what can be done below it, and a last sentence.
    public var lines: [String] {
        let rows = examinations.flatMap { one in
            let state = one.state.rawValue + String(repeating: " ", count: 9 - one.state.rawValue.count)
            let name = one.name + String(repeating: " ", count: max(1, 14 - one.name.count))
            return ["\(state)\(name)\(one.finding)"] + (one.remedy.map { ["                       → \($0)"] } ?? [])
        }
        return rows + ["", verdict]
    }

    private var verdict: String {
        switch problems {
        case 0: "Nothing stands in the way of \(subject)."
        case 1: "One problem stands in the way of \(subject)."
        default: "\(problems) problems stand in the way of \(subject)."
        }
    }

    public var colour: Colour { problems > 0 ? .red : examinations.contains { $0.state == .note } ? .amber : .green }

    public var json: String {
        JSONText.pretty(
            .object([
                "subject": .text(subject), "problems": .number(problems),
                "examinations": .array(
                    examinations.map { one in
                        .object([
                            "name": .text(one.name), "state": .text(one.state.rawValue),
                            "finding": .text(one.finding), "remedy": one.remedy.map(JSONValue.text),
                        ])
                    }),
            ]))
    }
}
