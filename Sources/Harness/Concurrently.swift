// Work on many values at once, on all processors of the host.
import Dispatch
import Platform
import Synchronization

extension Array where Element: Sendable {
    /// What `transform` makes of each element, in their order, computed on several threads. Elements are dealt in
    /// portions, each with a state of its own, such as scratch memory.
    ///
    /// - Parameter least: elements that one portion has at least: what is worth a thread.
    func mapConcurrently<State, Result: Sendable>(
        least: Int = 1, with makeState: @Sendable () -> State,
        _ transform: @Sendable (Element, inout State) -> Result
    ) -> [Result] {
        // More portions than processors, as these may be at other work as well.
        let portions = Swift.max(1, Swift.min(4 * HostLimits.processors, count / Swift.max(1, least)))
        let results = Mutex<[[Result]]>([[Result]](repeating: [], count: portions))
        DispatchQueue.concurrentPerform(iterations: portions) { portion in
            var state = makeState()
            let part = self[count * portion / portions..<count * (portion + 1) / portions].map { transform($0, &state) }
            results.withLock { $0[portion] = part }
        }
        return results.withLock { $0.flatMap(\.self) }
    }
}
