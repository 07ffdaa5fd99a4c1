// Duplication: some messages arrive twice.
import Kernels
import Registry

/// Each message is delivered a second time with the same chance.
public struct Duplication: NetworkFault {
    public static let name = "duplication"
    public static let summary = "Delivers each message twice with a given chance."
    public static let parameters = [Parameter.number("rate", 0...1, default: 0.1, "chance of a second copy")]

    private let rate: Double

    public init(_ parameters: ParameterValues) { rate = parameters.number("rate") }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        if random.uniform() < rate { transmission.copies += 1 }
    }
}
