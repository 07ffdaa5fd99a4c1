// ValueScale: the colour of a value, by where it stands between the least and the greatest one that was seen; and
// NodeMeasure, what the values of a drawing are.
import Kernels

/// What is measured of each node.
public struct NodeMeasure: Sendable {
    public let name: String
    /// "" where there is none.
    public let unit: String
    /// `nil` where neither is better.
    public let isBetterAbove: Bool?
    /// In a node, where there is little room.
    let figure: @Sendable (Double) -> String

    /// - Parameter isBetterAbove: whether the greater value is the better one; `nil` where neither is.
    public init(
        _ name: String, unit: String = "", isBetterAbove: Bool? = nil,
        figure: (@Sendable (Double) -> String)? = nil
    ) {
        self.name = name
        self.unit = unit
        self.isBetterAbove = isBetterAbove
        self.figure = figure ?? { significant($0) }
    }

    /// The same measure under another name.
    func named(_ name: String) -> NodeMeasure {
        NodeMeasure(name, unit: unit, isBetterAbove: isBetterAbove, figure: figure)
    }

    /// With its unit.
    func text(_ value: Double) -> String { figure(value) + (unit.isEmpty ? "" : "\u{A0}\(unit)") }

    /// "accuracy; more is better".
    var title: String {
        name + (isBetterAbove.map { $0 ? "; more is better" : "; less is better" } ?? "")
    }
}

/// Finite values in a few steps from faint to full.
struct ValueScale {
    static let steps = 9
    /// Beyond such a factor between the least and the greatest value.
    private static let widest = 1e4

    let least: Double
    let greatest: Double
    /// Whether equal factors have equal steps, and not equal differences: where all but the greatest would be of one
    /// colour otherwise.
    let isLogarithmic: Bool

    /// `nil` where no value is finite.
    ///
    /// - Parameter isLinear: of values that are logarithms already.
    init?(_ values: [Double], isLinear: Bool = false) {
        let finite = values.filter(\.isFinite)
        guard let least = finite.min(), let greatest = finite.max() else { return nil }
        self.least = least
        self.greatest = greatest
        isLogarithmic = !isLinear && least > 0 && greatest / least > Self.widest
    }

    /// Whether all values are one.
    var isEven: Bool { least == greatest }

    /// The class of the style sheet; `nil` for what is not finite.
    func kind(of value: Double) -> String? {
        guard value.isFinite else { return nil }
        if isLogarithmic {
            let (low, high) = (Elementary.log(least), Elementary.log(greatest))
            let share = (Elementary.log(value) - low) / (high - low)
            return "v\(min(Self.steps - 1, Int(share * Double(Self.steps))))"
        }
        // Halves, since the whole may overflow; of the least numbers they are nothing.
        let width = greatest / 2 - least / 2
        guard width > 0 else { return "v\(Self.steps / 2)" }
        let share = (value / 2 - least / 2) / width
        return "v\(min(Self.steps - 1, Int(share * Double(Self.steps))))"
    }
}
