// Files and folders in a temporary folder of their own.
import Glibc
import Testing

@testable import Platform

extension PlatformTests {
    @Suite("Files") struct FilesTests {
        @Test("a file is written, replaced and read whole, and leaves nothing beside it")
        func wholeFiles() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/model.bin"
            let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            try Files.write(large, to: path)
            #expect(try Files.read(path) == large)
            try Files.write([], to: path)
            #expect(try Files.read(path) == [])
            #expect(try Files.names(in: folder.path) == ["model.bin"])
        }

        @Test("what a process that was killed has left half written is removed, and nothing else")
        func parts() throws {
            let folder = try TemporaryDirectory()
            for name in ["checkpoint-4.bin", "checkpoint-6.bin.4711.part", "trace.bin.part", "part"] {
                try Files.write([1], to: "\(folder.path)/\(name)")
            }
            Files.removeParts(in: folder.path)
            #expect(try Files.names(in: folder.path) == ["checkpoint-4.bin", "part"])
            Files.removeParts(in: "\(folder.path)/missing")
        }

        @Test("a secret is written for its owner alone, and not read where others can read it")
        func secrets() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/0.json"
            try Files.write([1, 2, 3], to: path)
            #expect(try Files.readSecret(path) == nil)
            try Files.write([4, 5, 6], to: path, secretly: true)
            #expect(try Files.readSecret(path) == [4, 5, 6])
        }

        @Test("a write that fails leaves the old file and nothing beside it")
        func failedWrite() throws {
            let folder = try TemporaryDirectory()
            // A folder that is not empty cannot be replaced by a file.
            try Files.makeDirectory("\(folder.path)/model.bin/inner")
            let fault = #expect(throws: SystemFault.self) { try Files.write([1], to: "\(folder.path)/model.bin") }
            #expect(fault?.subject == "\(folder.path)/model.bin")
            #expect(try Files.names(in: folder.path) == ["model.bin"])
        }

        @Test("a file that is not there is named with the reason")
        func missing() {
            let fault = #expect(throws: SystemFault.self) { try Files.read("/nonexistent/model.bin") }
            #expect(
                fault?.description == "cannot open /nonexistent/model.bin: No such file or directory (ENOENT)")
        }

        @Test("folders are made with those above them, listed in order and removed with what they hold")
        func folders() throws {
            let folder = try TemporaryDirectory()
            let nodes = "\(folder.path)/nodes"
            try Files.makeDirectory("\(nodes)/10/snapshots/")
            try Files.makeDirectory("\(nodes)/10/snapshots")
            try Files.makeDirectory("\(nodes)/1")
            try Files.write([1], to: "\(nodes)/10/snapshots/1.bin")
            #expect(try Files.names(in: nodes) == ["1", "10"])
            #expect(Files.isDirectory(nodes) && !Files.isDirectory("\(nodes)/10/snapshots/1.bin"))
            #expect(Files.remove("\(nodes)/1") && !Files.remove("\(nodes)/1"))
            #expect(throws: SystemFault.self) { try Files.makeDirectory("\(nodes)/10/snapshots/1.bin/inner") }
            Files.removeTree(nodes)
            #expect(!Files.exists(nodes))
        }

        @Test("a new folder is nobody else's: of many makers of one name, no two get the same")
        func newFolders() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/runs/quickstart"
            let rounds = 40
            let makers = try (0..<3).map { _ in
                try Worker<Int, [String]> { _ in
                    (0..<rounds).compactMap { _ in try? Files.makeNewDirectory(named: path) }
                }
            }
            for maker in makers { try maker.submit(0) }
            let made = try makers.flatMap { maker in
                #expect(try becomesReady(maker.descriptor))
                return try #require(try maker.take())
            }
            #expect(made.count == 3 * rounds && Set(made).count == made.count)
            #expect(try Files.names(in: "\(folder.path)/runs").count == made.count)
        }

        @Test("a name is taken by whatever stands there, a folder, a file or a link to nothing")
        func takenNames() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/run"
            try Files.makeDirectory(path)
            try Files.write([], to: "\(path)-2")
            #expect(unsafe symlink("nowhere", "\(path)-3") == 0)
            #expect(try Files.makeNewDirectory(named: path) == "\(path)-4")
            for name in [path, "\(path)-2", "\(path)-3"] { #expect(try !Files.makeNewDirectory(name)) }
            let fault = #expect(throws: SystemFault.self) { try Files.makeNewDirectory(named: "\(path)-2/inner") }
            #expect(fault?.description.hasSuffix("(ENOTDIR)") == true)
        }

        @Test("a temporary folder goes with its value")
        func temporary() throws {
            func makeAndForget() throws -> String {
                let folder = try TemporaryDirectory()
                try Files.write([1], to: "\(folder.path)/file")
                return folder.path
            }
            #expect(!Files.exists(try makeAndForget()))
        }
    }

    @Suite("Append-only files") struct AppendOnlyFileTests {
        @Test("lines follow each other, also after the file is opened again")
        func appends() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/metrics.jsonl"
            for line in ["one\n", "two\nthree\n"] { try AppendOnlyFile(path).append(Array(line.utf8)) }
            #expect(try Files.read(path) == Array("one\ntwo\nthree\n".utf8))
        }

        @Test("a line torn by a crash stays alone")
        func torn() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/metrics.jsonl"
            try Files.write(Array("one\ntw".utf8), to: path)
            let file = try AppendOnlyFile(path)
            for line in ["three\n", "four\n"] { try file.append(Array(line.utf8)) }
            #expect(try Files.read(path) == Array("one\ntw\nthree\nfour\n".utf8))
        }

        @Test("a line that fits only in part is cut off again")
        func shortWrite() throws {
            let folder = try TemporaryDirectory()
            let (path, log) = ("\(folder.path)/metrics.jsonl", "\(folder.path)/sizes.txt")
            // A sparse file, a few bytes shorter than the longest that this file system has.
            let script = #"""
                low=0 high=9223372036854775807
                while [ $((high - low)) -gt 1 ]; do
                    middle=$((low + (high - low) / 2))
                    if truncate -s $middle "$1" 2>/dev/null; then low=$middle; else high=$middle; fi
                done
                truncate -s $((low - 4)) "$1" && echo >>"$1"
                """#
            #expect(try ChildProcess("/bin/sh", ["-c", script, "sh", path]).wait() == .exited(0))
            let file = try AppendOnlyFile(path)
            let measure = { try ChildProcess("/bin/sh", ["-c", "stat -c %s \(path)"], output: .file(log)).wait() }
            _ = try measure()
            let fault = #expect(throws: SystemFault.self) { try file.append(Array("a longer line\n".utf8)) }
            _ = try measure()
            #expect(fault?.subject == path)
            let sizes = String(decoding: try Files.read(log), as: UTF8.self).split(separator: "\n")
            #expect(sizes.count == 2 && sizes.first == sizes.last)
        }

        @Test("a full disk is a fault that names the file, each time")
        func fullDisk() throws {
            let file = try AppendOnlyFile("/dev/full")
            for _ in 0..<2 {
                let fault = #expect(throws: SystemFault.self) { try file.append(Array("line\n".utf8)) }
                #expect(fault?.description == "cannot append to /dev/full: No space left on device (ENOSPC)")
            }
        }
    }
}
