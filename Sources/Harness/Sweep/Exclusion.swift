// Exclusion: combinations of values that a sweep leaves out.
import JSON
import Registry

/// A cell is left out where it has one of the named values on each of the named axes:
/// `{"aggregation.rule": "bulyan", "adversary": ["ALIE", "IPM"]}`.
struct Exclusion {
    /// By axis, the positions of the values.
    private let values: [(axis: Int, positions: Set<Int>)]

    /// - Parameter cell: the position of its value on each axis.
    func has(_ cell: [Int]) -> Bool { values.allSatisfy { $0.positions.contains(cell[$0.axis]) } }

    static func all(_ list: JSONValue, of axes: [Sweep.Axis]) throws(ConfigurationFault) -> [Exclusion] {
        var exclusions: [Exclusion] = []
        for entry in try list.array("exclude") { exclusions.append(try Exclusion(entry, of: axes)) }
        return exclusions
    }

    private init(_ entry: JSONValue, of axes: [Sweep.Axis]) throws(ConfigurationFault) {
        let members = try entry.object("exclude").members
        guard !members.isEmpty else {
            throw entry.fault("an entry of exclude is empty, and would leave out every cell; expected keys of the grid")
        }
        var values: [(axis: Int, positions: Set<Int>)] = []
        for member in members {
            guard let axis = axes.firstIndex(where: { $0.path == member.key }) else {
                throw ConfigurationFault(
                    .unknown(noun: "key of the grid", given: member.key, known: axes.map(\.path)),
                    at: member.keyPosition.description)
            }
            let labels = axes[axis].values.map(\.label)
            let names: [JSONValue] =
                if case .array(let elements) = member.value.kind { Array(elements) } else { [member.value] }
            var positions: Set<Int> = []
            for name in names {
                let label = Sweep.label(of: name)
                guard let position = labels.firstIndex(of: label) else {
                    throw ConfigurationFault(
                        .unknown(noun: "value of \(member.key)", given: label, known: labels),
                        at: name.position.description)
                }
                positions.insert(position)
            }
            values.append((axis, positions))
        }
        self.values = values
    }
}
