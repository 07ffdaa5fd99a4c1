// Loss: some messages never arrive.
import Kernels
import Registry

/// Each message is lost with the same chance, whatever became of those before it.
public struct Loss: NetworkFault {
    public static let name = "loss"
    public static let summary = "Loses each message with a given chance."
    public static let parameters = [Parameter.number("rate", 0...1, default: 0.1, "chance of losing a message")]

    private let rate: Double

    public init(_ parameters: ParameterValues) { rate = parameters.number("rate") }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        if random.uniform() < rate { transmission.isLost = true }
    }
}
