// Every setting of the run: first what differs from the defaults, then the rest.
import JSON
import Scenario

enum ConfigurationSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let schedule = run.topology.schedule.map { ("topology.schedule", $0.kind) }
        let brings = run.topology.schedule?.bringsWeights ?? false
        let weights = ("topology.weights", brings ? "of the schedule" : run.topology.weighting.description)
        let settings = SettingRow.all(of: run.settings)
        let differs = settings.filter(\.differs).map { ($0.path, $0.text) }
        let rest = settings.filter { !$0.differs }.map { ($0.path, $0.text) }
        return .section(
            "Configuration",
            """
            <h3>Differs from the defaults</h3>
            \(Markup.list(differs + [weights] + (schedule.map { [$0] } ?? [])))<h3>As by default</h3>
            \(Markup.list(rest))
            """)
    }
}

/// One setting of an experiment.
struct SettingRow: Equatable {
    /// Names of members from the top of the file, joined by dots.
    let path: String
    /// As it is written; what holds more than one value, as JSON.
    let text: String
    let differs: Bool

    /// One for each leaf, and for each object that says its `kind`.
    static func all(of settings: JSONValue) -> [SettingRow] {
        leaves(of: settings).map { path, text in SettingRow(path: path, text: text, differs: standard[path] != text) }
    }

    /// Those of an experiment that says nothing.
    private static let standard: [String: String] = {
        let text = Experiment().resolvedJSON
        let settings = try? StrictJSON.read(Array(text.utf8), name: "defaults")
        return Dictionary((settings.map { leaves(of: $0) } ?? []).map { ($0.path, $0.text) }) { first, _ in first }
    }()

    private static func leaves(of value: JSONValue, under parent: String = "") -> [(path: String, text: String)] {
        value.members.flatMap { member -> [(path: String, text: String)] in
            let path = parent.isEmpty ? member.key : "\(parent).\(member.key)"
            let isGroup = !member.value.members.isEmpty && member.value.member("kind") == nil
            return isGroup ? leaves(of: member.value, under: path) : [(path, inWords(member.value))]
        }
    }

    private static func inWords(_ value: JSONValue) -> String {
        switch value.kind {
        case .null: "none"
        case .text(let text): text
        default: oneLine(value)
        }
    }

    /// As JSON, with members in the order in which they were written.
    private static func oneLine(_ value: JSONValue) -> String {
        switch value.kind {
        case .array(let elements): "[\(elements.map(oneLine).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(JSONText.canonical(.text($0.key))): \(oneLine($0.value))" }.joined(separator: ", "))}"
        default: JSONText.canonical(value)
        }
    }
}
