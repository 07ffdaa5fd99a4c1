// Corruption: some messages arrive with other bytes.
import Kernels
import Registry

/// One bit of a message is turned over with the same chance for each; its check then fails.
public struct Corruption: NetworkFault {
    public static let name = "corruption"
    public static let summary = "Turns over one bit of each message with a given chance."
    public static let parameters = [Parameter.number("rate", 0...1, default: 0.02, "chance of a wrong bit")]

    private let rate: Double

    public init(_ parameters: ParameterValues) { rate = parameters.number("rate") }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        if random.uniform() < rate { transmission.isCorrupted = true }
    }
}
