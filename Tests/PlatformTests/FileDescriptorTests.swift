// Descriptors over pipes: partial transfers, ends, and waiting for them.
import Kernels
import Platform
import Testing

extension PlatformTests {
    @Suite("File descriptors") struct FileDescriptorTests {
        @Test("a pipe carries bytes, would block when empty, and ends with its writer")
        func pipe() throws {
            var (reader, writer): (FileDescriptor, FileDescriptor?) = try FileDescriptor.pipe()
            try reader.setNonblocking()
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(try reader.read(into: &buffer) == .wouldBlock)
            #expect(try writer?.write([1, 2, 3]) == .bytes(3))
            #expect(try reader.read(into: &buffer, from: 4) == .bytes(3))
            #expect(buffer == [0, 0, 0, 0, 1, 2, 3, 0])
            writer = nil
            #expect(try reader.read(into: &buffer) == .ended)
        }

        @Test("a head and a model larger than the pipe arrive whole through partial writes", arguments: [0, 1, 31])
        func partialWrites(headBytes: Int) throws {
            let head = (0..<headBytes).map { UInt8($0) }
            let model = (0..<60_001).map(Float.init)
            let total = headBytes + model.count * 4
            let (reader, writer) = try FileDescriptor.pipe()
            try reader.setNonblocking()
            try writer.setNonblocking()
            var buffer = [UInt8](repeating: 0, count: 30_011)
            var received: [UInt8] = []
            var written = 0
            var partial = 0
            while received.count < total {
                if written < total, case .bytes(let count) = try writer.write(head, then: model, from: written) {
                    written += count
                    if written < total { partial += 1 }
                }
                if case .bytes(let count) = try reader.read(into: &buffer) { received += buffer[..<count] }
            }
            #expect(partial > 1)
            let modelBytes = model.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> ($0 * 8) & 255) } }
            #expect(received == head + modelBytes)
        }

        @Test("a full pipe would block")
        func fullPipe() throws {
            let (reader, writer) = try FileDescriptor.pipe()
            try writer.setNonblocking()
            let block = [UInt8](repeating: 7, count: 1 << 20)
            while case .bytes = try writer.write(block) {}
            #expect(try writer.write([1]) == .wouldBlock)
            withExtendedLifetime(reader) {}
        }

        @Test("writing to a pipe without a reader is a fault")
        func brokenPipe() throws {
            Signals.ignoreBrokenPipes()
            var (reader, writer): (FileDescriptor?, FileDescriptor) = try FileDescriptor.pipe()
            #expect(reader != nil)
            reader = nil
            try writer.setNonblocking()
            // A child that another test starts at this very moment may hold the other end until it is its program.
            let fault = #expect(throws: SystemFault.self) {
                let end = MonotonicClock().now() + .milliseconds(20_000)
                while MonotonicClock().now() < end { _ = try writer.write([1]) }
            }
            #expect(fault?.description == "cannot write: Broken pipe (EPIPE)")
        }

        @Test("poll tells which of several descriptors is ready, and gives up at the deadline")
        func poll() throws {
            let first = try FileDescriptor.pipe()
            let second = try FileDescriptor.pipe()
            var loop = PollLoop()
            let slots = [loop.add(first.reading), loop.add(second.reading)]
            #expect(try loop.wait(until: MonotonicClock().now()) == 0)
            _ = try second.writing.write([1])
            #expect(try loop.wait(until: nil) == 1)
            #expect(slots.map { loop.isReadable($0) } == [false, true])
            #expect(!loop.isWritable(slots[1]))

            loop.removeAll()
            let slot = loop.add(first.writing, reading: false, writing: true)
            try loop.wait(until: nil)
            #expect(loop.isWritable(slot))
        }

        @Test("waiting until a deadline never ends before it")
        func deadline() throws {
            var loop = PollLoop()
            let deadline = MonotonicClock().now() + 1_200_000
            try loop.wait(until: deadline)
            #expect(MonotonicClock().now() >= deadline)
        }
    }
}
