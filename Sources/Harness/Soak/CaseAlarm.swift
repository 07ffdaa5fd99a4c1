// CaseAlarm: tells of a case that does not end. A run that was stopped is not taken for one.
import Dispatch
import Synchronization

/// Calls once, on any thread, after so many ticks; those that pass while the process stands still come as one.
struct CaseAlarm {
    private final class Ticks: Sendable {
        let count = Atomic(0)
    }

    private let source = DispatchSource.makeTimerSource(queue: .global())

    init(after most: Int, every interval: DispatchTimeInterval = .seconds(1), ring: @escaping @Sendable () -> Void) {
        let ticks = Ticks()
        source.setEventHandler {
            if ticks.count.add(1, ordering: .relaxed).newValue == most { ring() }
        }
        source.schedule(deadline: .now() + interval, repeating: interval)
        source.activate()
    }

    func cancel() { source.cancel() }
}
