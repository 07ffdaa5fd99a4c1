// Faults that are wrong on purpose, one for each law of their catalogue.
public import Faults
import Kernels
import Registry

/// Never does anything.
public struct Harmless: NetworkFault {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {}
}

/// Draws from what it has struck so far instead of from the message's own stream.
public struct Unseeded: NetworkFault {
    public static let name = "planted"
    public static let summary = "for tests"
    private var asked = 0
    public init(_ parameters: ParameterValues) {}
    public mutating func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream)
    {
        asked += 1
        transmission.isLost = asked % 4 == 0
    }
}
