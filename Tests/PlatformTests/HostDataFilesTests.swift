// Files of data on this host, plain and compressed: both are read alike, and what is wrong with them is named.
import Learning
import Platform
import Testing

extension PlatformTests {
    @Suite("Files of data") struct HostDataFilesTests {
        /// Longer than what a pipe holds and than what is passed over at once.
        private static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }

        private func write(_ bytes: [UInt8], to path: String, compressed: Bool) throws -> String {
            try Files.write(bytes, to: path)
            guard compressed else { return path }
            #expect(try ChildProcess("gzip", [path]).wait() == .exited(0))
            return "\(path).gz"
        }

        private func complaint(_ body: () throws -> Void) -> String {
            do {
                try body()
                return ""
            } catch {
                return "\(error)"
            }
        }

        @Test("bytes are read and passed over, up to the end and no further", arguments: [false, true])
        func reading(compressed: Bool) throws {
            let folder = try TemporaryDirectory()
            let path = try write(Self.content, to: "\(folder.path)/data", compressed: compressed)
            let stream = try HostDataFiles().open(path)
            #expect(try stream.read(10) == Array(Self.content[..<10]))
            try stream.skip(200_000)
            #expect(try stream.read(90_000) == Array(Self.content[200_010..<290_010]))
            try stream.skip(5)
            #expect(try stream.read(20_000) == Array(Self.content[290_015...]))
            #expect(try stream.read(1) == [])
            try stream.skip(7)
            #expect(try stream.read(1) == [])
        }

        @Test("several compressed files are read in turns, and need not be read to their end")
        func several() throws {
            let folder = try TemporaryDirectory()
            let files = try ["a", "b", "c"].map { name in
                let path = try write(Array(Self.content.reversed()), to: "\(folder.path)/\(name)", compressed: true)
                return try HostDataFiles().open(path)
            }
            for start in stride(from: 0, to: 90_000, by: 30_000) {
                for file in files {
                    #expect(try file.read(30_000) == Array(Self.content.reversed()[start..<start + 30_000]))
                }
            }
        }

        @Test("a compressed file is known by its content, whatever it is called")
        func content() throws {
            let folder = try TemporaryDirectory()
            let packed = try Files.read(write(Self.content, to: "\(folder.path)/data", compressed: true))
            try Files.write(packed, to: "\(folder.path)/renamed")
            #expect(try HostDataFiles().open("\(folder.path)/renamed").read(5) == Array(Self.content[..<5]))
            try Files.write(Self.content, to: "\(folder.path)/plain.gz")
            #expect(
                complaint { _ = try HostDataFiles().open("\(folder.path)/plain.gz") }
                    == "\(folder.path)/plain.gz: is not compressed by gzip, which its name promises")
        }

        @Test("damage in a compressed file is a fault where it is met", arguments: [20_000, 40])
        func damage(kept: Int) throws {
            let folder = try TemporaryDirectory()
            let path = try write(Self.content, to: "\(folder.path)/data", compressed: true)
            let packed = try Files.read(path)
            #expect(packed.count > kept)
            try Files.write(Array(packed[..<kept]), to: path)
            let stream = try HostDataFiles().open(path)
            let text = complaint { _ = try stream.read(Self.content.count) }
            #expect(text == "\(path): gzip cannot unpack it: it is damaged, or was not copied whole")
        }

        @Test("a small file that comes to very much is refused, and one that shrinks as data do is read")
        func bomb() throws {
            let folder = try TemporaryDirectory()
            let zeros = try write([UInt8](repeating: 0, count: 1 << 20), to: "\(folder.path)/zeros", compressed: true)
            let most = 100 * (try Files.read(zeros).count)
            let stream = try HostDataFiles(mostUnpacked: 1000).open(zeros)
            #expect(try stream.read(10_000).count == 10_000)
            #expect(
                complaint { try stream.skip(1 << 20) }
                    == "cannot unpack \(zeros): it comes to more than \(most) bytes, 100 times its size")
            let data = try write(Self.content, to: "\(folder.path)/data", compressed: true)
            for (path, count) in [(data, Self.content.count), (zeros, 1 << 20)] {
                let files = path == data ? HostDataFiles(mostUnpacked: 1000) : HostDataFiles()
                #expect(try files.open(path).read(2 << 20).count == count)
            }
        }

        @Test("files are found beside the one that names them, then as they are named, under a path from the top")
        func find() throws {
            let folder = try TemporaryDirectory()
            let inner = "\(folder.path)/inner"
            try Files.makeDirectory(inner)
            let (outside, beside) = ("\(folder.path)/data", "\(inner)/data")
            for path in [outside, beside] { try Files.write([1], to: path) }
            let files = HostDataFiles(namedIn: "\(inner)/experiment.json")
            #expect(files.find("data") == beside)
            #expect(files.find("../data") == outside)
            #expect(files.find(outside) == outside)
            #expect(files.find("nothing") == nil)
            #expect(HostDataFiles().find("data") == nil)
            #expect(HostDataFiles().find("/proc/self/../self") == Files.absolute("/proc/self"))
        }

        @Test("what cannot be read is named with the reason")
        func unreadable() throws {
            let folder = try TemporaryDirectory()
            #expect(
                complaint { _ = try HostDataFiles().open("\(folder.path)/nothing") }
                    == "cannot open \(folder.path)/nothing: No such file or directory (ENOENT)")
            #expect(
                complaint { _ = try HostDataFiles().open(folder.path) }
                    == "cannot read \(folder.path): it is a folder; allowed: a regular file")
            for name in ["empty", "empty.gz"] {
                try Files.write([], to: "\(folder.path)/\(name)")
                #expect(
                    complaint { _ = try HostDataFiles().open("\(folder.path)/\(name)") }
                        == "cannot read \(folder.path)/\(name): the file is empty")
            }
        }
    }
}
