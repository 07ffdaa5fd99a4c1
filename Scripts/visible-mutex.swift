// visible-mutex: waits for a Mutex so that the thread sanitizer sees it. Linked by Scripts/sanitize only.
import Glibc
import Synchronization

// On Linux the library waits in the kernel (FUTEX_LOCK_PI), which hands the mutex over without an atomic operation
// that the sanitizer could see: it then reports a race on whatever the mutex guards. Defined in the program, this
// function takes the library's place: it tries until the mutex is free. Nobody is written down as waiting then, so
// that whoever unlocks always does so by the exchange in Swift code, which is seen.

@_silgen_name("__tsan_acquire")
private func acquired(_ address: UnsafeRawPointer)

/// Laid out as `Synchronization._MutexHandle`: the number of the thread that holds it, or 0.
struct VisibleMutexHandle {
    private var holder: UInt32

    @_silgen_name("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF")
    mutating func lockSlow(_ thread: UInt32) {
        withUnsafePointer(to: &self) { handle in
            let holder = UnsafeRawPointer(handle).assumingMemoryBound(to: Atomic<UInt32>.self)
            while !holder.pointee.compareExchange(expected: 0, desired: thread, ordering: .acquiring).exchanged {
                sched_yield()
            }
            acquired(handle)
        }
    }
}
