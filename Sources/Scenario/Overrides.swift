// Changes to an experiment that has been read, as `--set key.path=value` or as values of a grid. Each is judged on its
// own, at its own place.
import Aggregation
import Attacks
import Faults
import Graphs
import JSON
import Learning
import Registry

extension Experiment {
    /// Applies `key.path=value`, as it follows `--set` on the command line.
    ///
    /// The value is JSON if it parses, otherwise a text. Paths may go on into values: `task.split.alpha=0.1` changes
    /// one parameter, `aggregation.rule.kind=weightedMean` replaces rule and parameters, `topology.family=ring` keeps
    /// those that a ring has too, `adversary.0.from=100` changes the first group and `adversary.from=100` every group.
    public mutating func set(_ assignment: String) throws(ConfigurationFault) {
        do throws(ConfigurationFault) {
            guard let equals = assignment.utf8.firstIndex(of: UInt8(ascii: "=")), equals > assignment.startIndex else {
                throw ConfigurationFault("expected key.path=value")
            }
            let text = String(assignment[assignment.utf8.index(after: equals)...])
            let value = (try? StrictJSON.read(text, name: "--set")) ?? .text(text)
            try set(value, at: String(assignment[..<equals]))
        } catch {
            throw ConfigurationFault(error.problem, at: "--set \(assignment)")
        }
    }

    /// Puts `value` where `path` leads; a fault that is not about the value itself has no place.
    public mutating func set(_ value: JSONValue, at path: String) throws(ConfigurationFault) {
        guard !Experiment.isKnown(path) else { return try assign(value, at: path) }
        guard let key = Experiment.keys.filter({ path.hasPrefix($0.path + ".") }).max(by: { $0.path < $1.path }) else {
            throw Experiment.unknown(path)
        }
        var edited = key.write(self)
        let rest = path.dropFirst(key.path.count + 1).split(separator: ".", omittingEmptySubsequences: false)
        guard rest.count <= StrictJSON.deepestNesting else {
            throw ConfigurationFault("the path has \(rest.count) parts; allowed: up to \(StrictJSON.deepestNesting)")
        }
        if case .array(let elements) = edited.kind, elements.isEmpty, let example = key.example {
            throw ConfigurationFault(
                "\(key.path) is empty, and so has no \(rest.joined(separator: ".")) to change; "
                    + "allowed: to give it an element, as in --set '\(key.path)=\(example)'")
        }
        try edited.edit(rest[...], to: value, within: key.path)
        try key.read(&self, edited, key.path)
    }
}

extension JSONValue {
    /// Puts `value` where `path` leads; a name that meets an array goes into each of its elements.
    fileprivate mutating func edit(
        _ path: ArraySlice<Substring>, to value: JSONValue, within key: String
    ) throws(ConfigurationFault) {
        guard let name = path.first else { return self = value }
        let rest = path.dropFirst()
        switch kind {
        case .object where name == "kind" && rest.isEmpty:
            kind = .object([JSONMember("kind", value)])
        case .object(let old) where name == "file" && rest.isEmpty && member("kind") == nil:
            // Another file has another digest.
            kind = .object([JSONMember("file", value)] + old.filter { $0.key != "file" && $0.key != "digest" })
        case .text where name == "file" && rest.isEmpty, .null where name == "file" && rest.isEmpty:
            kind = .object([JSONMember("file", value)])
        case .object(let old) where name == "family" && rest.isEmpty:
            kind = .object([JSONMember("family", value)] + old.filter { value.mayHave($0.key) })
        case .object(let old):
            var members = Array(old)
            if let slot = slot(of: String(name), among: members) {
                try members[slot].value.edit(rest, to: value, within: "\(key).\(name)")
            } else {
                var member = JSONValue(.object([]))
                try member.edit(rest, to: value, within: "\(key).\(name)")
                members.append(JSONMember(String(name), member))
            }
            kind = .object(members)
        case .array(let old):
            var elements = Array(old)
            guard !elements.isEmpty else { throw ConfigurationFault("\(key) is empty") }
            if let index = Int(name) {
                guard elements.indices.contains(index) else {
                    throw ConfigurationFault("\(key).\(name) is not there; allowed: 0 to \(elements.count - 1)")
                }
                try elements[index].edit(rest, to: value, within: "\(key).\(name)")
            } else {
                for index in elements.indices { try elements[index].edit(path, to: value, within: "\(key).\(index)") }
            }
            kind = .array(elements)
        default:
            throw ConfigurationFault("\(key) is \(summary), which has no parts")
        }
    }

    /// Whether the family of graphs that this value names may be given `key`: another family keeps what it shares with
    /// the one before. Of a family that nobody knows something else will be said.
    private func mayHave(_ key: String) -> Bool {
        guard let name = text, let family = try? TopologyCatalog.all.entry(named: name) else { return key != "family" }
        return family.parameters.contains { $0.name == key } || TopologyFile.keysOfFamilies.contains(key)
    }

    /// Where a parameter stands, by this name or by another one that it goes by in what `kind` chooses: an alias
    /// replaces the value instead of standing beside it.
    private func slot(of name: String, among members: [JSONMember]) -> Int? {
        if let slot = members.firstIndex(where: { $0.key == name }) { return slot }
        let kind = member("kind")?.text
        let meant = JSONValue.chosenByKind.filter { $0.name == kind }.flatMap { $0.parameters }.filter {
            $0.isCalled(name)
        }
        return members.firstIndex { member in meant.contains { $0.isCalled(member.key) } }
    }

    /// All that an experiment chooses by a member `kind`.
    private static let chosenByKind: [any Registered.Type] =
        RuleCatalog.gossip.descriptions + RuleCatalog.preAggregations.descriptions + AttackCatalog.all.descriptions
        + FaultCatalog.all.descriptions + DatasetCatalog.all.descriptions + SplitCatalog.all.descriptions
        + ModelCatalog.all.descriptions + StepSizeCatalog.all.descriptions + ScheduleCatalog.all.descriptions
}
