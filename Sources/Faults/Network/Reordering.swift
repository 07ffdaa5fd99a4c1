// Reordering: some messages are overtaken by later ones.
import Kernels
import Registry

/// Some messages are held up for a while, each for its own time, so that later ones of the same link overtake them.
public struct Reordering: NetworkFault {
    public static let name = "reordering"
    public static let summary = "Holds up some messages so that later ones overtake them."
    public static let parameters = [
        Parameter.number("rate", 0...1, default: 0.2, "chance of being held up"),
        Parameter.count("milliseconds", 1...60_000, default: 20, "longest time of being held up"),
    ]

    private let rate: Double
    private let longest: Nanoseconds

    public init(_ parameters: ParameterValues) {
        rate = parameters.number("rate")
        longest = .milliseconds(parameters.count("milliseconds"))
    }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        guard random.uniform() < rate else { return }
        transmission.delay += Nanoseconds(random.uniform() * Double(longest))
        transmission.isOvertaken = true
    }
}
