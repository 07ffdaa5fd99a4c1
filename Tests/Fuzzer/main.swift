// The fuzzer: libFuzzer around one target, with bounds on the processor time and the memory of every input. Built by
// Scripts/fuzz alone, since all that it reads must be instrumented.
//
//   fuzzer list                         the names of all targets
//   fuzzer seeds TARGET FOLDER          writes the target's seeds into a folder
//   fuzzer TARGET [OPTION...] FOLDER... the options of libFuzzer, and folders of inputs
import Fuzzing
import Glibc
import Kernels
import Platform

/// What an input may cost.
private enum Bounds {
    static let milliseconds = 10.0
    static let repetitions = 9
    /// Beside what its length allows.
    static let freeBytes = 65_536
}

private typealias AllocationHook = @convention(c) (UnsafeRawPointer?, Int) -> Void
private typealias ReleaseHook = @convention(c) (UnsafeRawPointer?) -> Void
private typealias Judge = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>, _ judge: Judge
) -> CInt
@_silgen_name("__sanitizer_install_malloc_and_free_hooks")
private func installHooks(_ allocation: AllocationHook, _ release: ReleaseHook) -> CInt
@_silgen_name("__sanitizer_get_allocated_size")
private func allocatedSize(_ pointer: UnsafeRawPointer?) -> Int

/// What the input that is being read has cost so far. One thread judges.
private nonisolated(unsafe) var liveBytes = 0
private nonisolated(unsafe) var mostLiveBytes = 0
private nonisolated(unsafe) var mostMilliseconds = 0.0
private nonisolated(unsafe) var mostShare = 0.0
private nonisolated(unsafe) var target = FuzzTargets.all[0]

private func say(_ text: String) { StandardError.print(text) }

private func fail(_ text: String) -> Never {
    say("fuzzer: \(text)")
    abort()
}

private func processorMilliseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

/// What is wrong with how the target reads an input, and the milliseconds that it took.
private func read(_ input: [UInt8]) -> (violation: String?, spent: Double) {
    unsafe (liveBytes, mostLiveBytes) = (0, 0)
    let start = processorMilliseconds()
    let violation = unsafe target.violation(input)
    return (violation, processorMilliseconds() - start)
}

private func judge(_ input: [UInt8]) {
    var (violation, spent) = read(input)
    // A busy machine makes anything slow once.
    for _ in 0..<Bounds.repetitions where spent > Bounds.milliseconds { spent = min(spent, read(input).spent) }
    let allowed = unsafe input.count * target.allocationPerByte + Bounds.freeBytes
    let asked = unsafe mostLiveBytes
    unsafe mostMilliseconds = max(mostMilliseconds, spent)
    unsafe mostShare = max(mostShare, Double(asked) / Double(allowed))
    if let violation { fail(violation) }
    if spent > Bounds.milliseconds { fail("\(spent) ms of processor time; allowed: \(Bounds.milliseconds)") }
    if asked > allowed { fail("\(asked) bytes at once for an input of \(input.count); allowed: \(allowed)") }
}

private func fuzz(_ name: String) throws -> CInt {
    guard let found = FuzzTargets.named(name) else {
        say("fuzzer: no target '\(name)'; allowed: \(FuzzTargets.all.map(\.name).joined(separator: ", "))")
        return 64
    }
    unsafe target = found
    // Whatever is made once is made now.
    for seed in try found.seeds() { _ = found.violation(seed) }
    _ = unsafe installHooks(
        { _, size in
            unsafe liveBytes += size
            unsafe mostLiveBytes = max(mostLiveBytes, liveBytes)
        }, { pointer in if unsafe pointer != nil { unsafe liveBytes -= allocatedSize(pointer) } })
    atexit {
        unsafe say(
            "costliest: \((mostMilliseconds * 100).rounded() / 100) ms, "
                + "\((mostShare * 1_000).rounded() / 10) % of the memory allowed")
    }
    var arguments = unsafe [CommandLine.unsafeArgv[0]]
    for place in 2..<Int(CommandLine.argc) { unsafe arguments.append(CommandLine.unsafeArgv[place]) }
    var count = unsafe CInt(arguments.count)
    unsafe arguments.append(nil)
    return unsafe arguments.withUnsafeMutableBufferPointer { buffer in
        var start = buffer.baseAddress
        return unsafe runDriver(&count, &start) { data, size in
            unsafe judge([UInt8](UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    }
}

switch CommandLine.arguments.dropFirst().first {
case "list"?:
    try StandardOutput.print(lines: FuzzTargets.all.map(\.name))
case "seeds"? where CommandLine.argc == 4:
    let (name, folder) = (CommandLine.arguments[2], CommandLine.arguments[3])
    for (place, seed) in try (FuzzTargets.named(name)?.seeds() ?? []).enumerated() {
        try Files.write(seed, to: "\(folder)/seed-\(place)")
    }
case let name?:
    exit(try fuzz(name))
case nil:
    say("fuzzer: expected list, seeds TARGET FOLDER, or TARGET [OPTION...] FOLDER...")
    exit(64)
}
