// Findings as programs read them. Fields are only ever added.
//
//   version       1
//   graph         the topology's name
//   hostile       labels of the hostile nodes looked at
//   placement     nobody, given, worstOfAll (every placement was looked at) or worstFound
//   findings[]    in the order of the catalogue:
//     code        what kind of thing
//     severity    note, warning, error
//     rule        the rule that it is about; only there
//     verdict     holds, fails, unknown; of conditions only
//     numbers     by name
//     nodes[]     labels of the nodes that it names
//     sentence    for people
//     parts[]     of a rule: its conditions, each a finding
import JSON

extension LintSubject {
    /// The findings on it as one JSON object.
    public func json(_ findings: [Finding]) -> JSONValue {
        let placed =
            switch placement {
            case .nobody: "nobody"
            case .given: "given"
            case .worst(_, let ofAll): ofAll ? "worstOfAll" : "worstFound"
            }
        return .object([
            "version": .number(1), "graph": .text(topology.name),
            "hostile": .array(labels(placement.nodes).map { .text($0) }), "placement": .text(placed),
            "findings": .array(findings.map(\.json)),
        ])
    }
}

extension Finding {
    var json: JSONValue {
        let labels = JSONValue.array(nodes.map { .text($0) })
        var members = [JSONMember("code", .text(code)), JSONMember("severity", .text(severity.rawValue))]
        if let rule { members.append(JSONMember("rule", .text(rule))) }
        if let verdict { members.append(JSONMember("verdict", .text(verdict.rawValue))) }
        members += [
            JSONMember("numbers", JSONValue(.object(numbers.map { JSONMember($0.name, .number($0.value)) }))),
            JSONMember("nodes", labels), JSONMember("sentence", .text(sentence)),
        ]
        if !parts.isEmpty { members.append(JSONMember("parts", .array(parts.map(\.json)))) }
        return JSONValue(.object(members))
    }
}
