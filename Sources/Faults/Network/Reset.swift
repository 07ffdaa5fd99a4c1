// Reset: connections end in the middle, though neither end has closed them.
import Kernels
import Registry

/// With the same chance for each message, the connection that carries it ends, and the message is lost.
public struct Reset: NetworkFault {
    public static let name = "reset"
    public static let summary = "Ends the connection that carries a message with a given chance."
    public static let parameters = [
        Parameter.number("rate", 0...1, default: 0.01, "chance of ending the connection"),
        Parameter.choice(
            "how", ConnectionEnd.allCases.map(\.rawValue), default: ConnectionEnd.reset.rawValue,
            "reset: both ends are told; halfClose: the receiver finds the end of the stream"),
    ]

    private let rate: Double
    private let end: ConnectionEnd

    public init(_ parameters: ParameterValues) {
        rate = parameters.number("rate")
        end = ConnectionEnd(rawValue: parameters.text("how")) ?? .reset
    }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        if random.uniform() < rate { transmission.connectionEnd = end }
    }
}
