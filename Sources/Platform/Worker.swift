// Worker: one thread beside the poll loop, for steps that would hold it up too long. Not a pool and not a queue of
// tasks.
import Glibc

/// A thread that turns jobs into results, one after the other, in the order in which they were handed over.
///
/// Two pipes carry the addresses of boxed values, so each value belongs to one thread at a time: nothing is shared,
/// there is no lock, and a result wakes `poll` like any other input.
public final class Worker<Job: Sendable, Output: Sendable> {
    /// Readable when a result can be taken.
    public let descriptor: FileDescriptor
    /// What fits into a pipe of one page, the smallest that the kernel gives a user who has many.
    public let capacity = 4096 / Handover.addressBytes
    /// Closed to tell the thread to end.
    private var jobs: FileDescriptor?
    /// `nil` where it could not be started.
    private var thread: pthread_t?
    /// Jobs handed over whose results were not taken yet.
    public private(set) var outstanding = 0

    /// - Parameters:
    ///   - stackBytes: of its stack; by default what the system gives.
    ///   - work: runs on the worker's thread only; it may keep scratch memory between jobs.
    public init(stackBytes: Int? = nil, _ work: sending @escaping (consuming Job) -> Output) throws(SystemFault) {
        let (jobReader, jobWriter) = try FileDescriptor.pipe()
        let (resultReader, resultWriter) = try FileDescriptor.pipe()
        try resultReader.setNonblocking()
        descriptor = resultReader
        jobs = jobWriter
        let body = ThreadBody {
            while let job: Job = try? Handover.receive(from: jobReader) {
                try? Handover.send(work(consume job), to: resultWriter)
            }
        }
        thread = try body.start(stackBytes: stackBytes)
    }

    /// Waits for the jobs that were handed over, and forgets their results.
    deinit {
        jobs = nil
        if let thread { pthread_join(thread, nil) }
        while let _: Output = try? Handover.receive(from: descriptor) {}
    }

    /// Hands over `job`. At most `capacity` may be outstanding.
    public func submit(_ job: Job) throws(SystemFault) {
        precondition(outstanding < capacity, "more jobs could fill a pipe, and this thread would wait for the worker")
        guard let jobs else { return }
        try Handover.send(job, to: jobs)
        outstanding += 1
    }

    /// The next result, or `nil` while there is none; does not wait.
    public func take() throws(SystemFault) -> Output? {
        guard let output: Output = try Handover.receive(from: descriptor) else { return nil }
        outstanding -= 1
        return output
    }
}

/// What a thread runs, in the form in which C can carry it.
final class ThreadBody {
    private let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }

    func start(stackBytes: Int?) throws(SystemFault) -> pthread_t {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let stackBytes {
            try checkedCall("start a thread", number: unsafe pthread_attr_setstacksize(&attributes, stackBytes))
        }
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(self)
        let result = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        if result != 0 { unsafe argument.release() }
        try checkedCall("start a thread", number: result)
        return thread
    }
}

/// A value on its way from one thread to another through a pipe.
private enum Handover {
    private final class Box<Value: Sendable> {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    static let addressBytes = MemoryLayout<UInt>.size

    /// A pipe takes so few bytes whole or not at all.
    static func send<Value: Sendable>(_ value: Value, to pipe: FileDescriptor) throws(SystemFault) {
        let box = unsafe Unmanaged.passRetained(Box(value))
        let address = unsafe UInt(bitPattern: box.toOpaque())
        do throws(SystemFault) {
            _ = try pipe.write((0..<addressBytes).map { UInt8(truncatingIfNeeded: address >> ($0 * 8)) })
        } catch {
            unsafe box.release()
            throw error
        }
    }

    /// The next value, or `nil` if there is none now or the pipe has ended.
    static func receive<Value: Sendable>(from pipe: FileDescriptor) throws(SystemFault) -> Value? {
        var bytes = [UInt8](repeating: 0, count: addressBytes)
        guard case .bytes(addressBytes) = try pipe.read(into: &bytes) else { return nil }
        let address = bytes.indices.reduce(UInt(0)) { $0 | UInt(bytes[$1]) << ($1 * 8) }
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: address) else { return nil }
        return unsafe Unmanaged<Box<Value>>.fromOpaque(pointer).takeRetainedValue().value
    }
}
