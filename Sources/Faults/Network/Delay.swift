// Delay: every message takes longer, in the same order.
import Kernels
import Registry

/// Every message takes so much longer.
public struct Delay: NetworkFault {
    public static let name = "delay"
    public static let summary = "Makes every message take longer."
    public static let parameters = [Parameter.count("milliseconds", 1...60_000, default: 20, "time added")]

    private let time: Nanoseconds

    public init(_ parameters: ParameterValues) { time = .milliseconds(parameters.count("milliseconds")) }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        transmission.delay += time
    }
}
