// The warning throttle: what a node warns of on standard error, and how often.
import Kernels
import Testing

@testable import Platform

@Suite("Complaints")
struct WarningThrottleTests {
    private static func minutes(_ count: Double) -> Instant { Instant(nanoseconds: Nanoseconds(count * 60e9)) }

    @Test("each subject has its line a minute, and no more")
    func interval() {
        var complaints = WarningThrottle()
        let made: [(subject: String, at: Double, isDue: Bool)] = [
            ("disk", 0, true), ("node 3", 0.5, true), ("disk", 0.9, false), ("disk", 1, true), ("node 3", 1.4, false),
            ("node 3", 1.5, true), ("disk", 1.9, false),
        ]
        for (subject, at, expected) in made {
            let isDue = complaints.isDue(subject, at: Self.minutes(at))
            #expect(isDue == expected, "\(subject) at \(at)")
        }
    }

    @Test("many subjects silence none that comes later")
    func many() {
        var complaints = WarningThrottle()
        let areDue = (0..<5_000).map { complaints.isDue("\($0)", at: Self.minutes(0)) }
        #expect(areDue.allSatisfy { $0 })
        let isRepeated = complaints.isDue("4999", at: Self.minutes(0))
        #expect(!isRepeated)
    }

    @Test("a fault is one subject, whatever file it meets")
    func faults() {
        let full = SystemFault("write", "a", errno: 28)
        #expect(full.kind == SystemFault("write", "b", errno: 28).kind)
        #expect(full.kind != SystemFault("write", "a", errno: 5).kind)
    }
}
