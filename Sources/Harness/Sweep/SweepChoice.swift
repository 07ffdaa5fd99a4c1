// SweepChoice: hyper-parameters that a sweep chooses for itself before it runs, by their worst case, on data that its
// results are not measured on.
import JSON
import Registry

/// What a sweep chooses: `{"over": {key: values}, "by": "worst attack", "on": "validation"}`.
///
/// For every combination of values on the axes that are not named by `by` (a rule on a graph, say), the candidate is
/// taken whose worst mean over seeds is best. Where candidates are compared on the validation part, the test part is
/// looked at once, with what was chosen.
public struct SweepChoice: Sendable {
    /// The data that candidates are compared on.
    public enum Part: String, Sendable, CaseIterable {
        case validation
        /// What is best on it there is no measure of how good it is.
        case test
    }

    /// Candidates are all combinations of their values.
    let over: [Sweep.Axis]
    public let part: Part
    let position: JSONPosition
    /// What the worst case is taken over: "attack", or a key.
    let adversity: String
    /// For each axis of the grid, whether something is chosen for each of its values.
    private let isKept: [Bool]

    /// - Parameter axes: of the grid.
    init(_ value: JSONValue, beside axes: [Sweep.Axis]) throws(ConfigurationFault) {
        let object = try value.object("choose")
        position = value.position
        try object.refuseUnknownKeys(known: ["over", "by", "on"])
        let expected = #"keys with the values to choose from, as in {"training.momentum": [0, 0.9]}"#
        let over = try object.required("over", expected: expected)
        self.over = try Sweep.axes(of: over, "choose.over", times: axes.reduce(1) { $0 * $1.values.count })
        let taken = Set(axes.flatMap(\.paths))
        for axis in self.over {
            guard let path = axis.paths.first(where: taken.contains) else { continue }
            throw over.fault("choose.over has \(path), to which the grid gives a value in every cell")
        }
        guard !self.over.contains(where: \.isSeed) else {
            throw over.fault("choose.over has the seed, which is chance and no hyper-parameter")
        }
        part = try object["on"].map(Self.part) ?? .validation
        let by = try object["by"]?.text("choose.by") ?? "worst attack"
        let adversity = by.hasPrefix("worst ") ? String(by.dropFirst("worst ".count)) : nil
        let isWorst = axes.map { axis in
            adversity == "attack" ? axis.isAdversary : axis.path == adversity && !axis.isSeed
        }
        guard let adversity, isWorst.contains(true) else {
            let keys = axes.filter { !$0.isSeed }.map { "'worst \($0.path)'" }
            throw (object["by"] ?? value).fault(
                "choose.by is '\(by)'; expected 'worst attack' where the grid has adversaries, or "
                    + (keys.isEmpty ? "a grid with a key beside the seed" : keys.joined(separator: " or ")))
        }
        self.adversity = adversity
        isKept = zip(axes, isWorst).map { !$0.isSeed && !$1 }
    }

    private static func part(_ value: JSONValue) throws(ConfigurationFault) -> Part {
        let name = try value.text("choose.on")
        guard let part = Part(rawValue: name) else {
            throw ConfigurationFault(
                .unknown(noun: "part of the data", given: name, known: Part.allCases.map(\.rawValue)),
                at: value.position.description)
        }
        return part
    }

    /// Of the positions of a cell's values, those that something is chosen for.
    func kept(_ choices: [Int]) -> [Int] { zip(choices, isKept).filter { $1 }.map { $0.0 } }

    /// Of the axes of the grid, those that something is chosen for each value of.
    func kept(_ axes: [Sweep.Axis]) -> [Sweep.Axis] { zip(axes, isKept).filter { $1 }.map { $0.0 } }
}
