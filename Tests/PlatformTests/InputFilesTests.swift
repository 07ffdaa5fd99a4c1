// Input files: what is read and what is refused, without ever waiting for a writer or reading without end.
import Glibc
import Registry
import Testing

@testable import Platform

extension PlatformTests {
    @Suite("Input files") struct InputFilesTests {
        private func complaint(_ path: String, most: Int = InputFiles.usualMost) -> String? {
            do {
                _ = try InputFiles(most: most).read(path)
                return nil
            } catch {
                return error.description
            }
        }

        @Test("a file is read up to the limit, and a larger one refused with the flag that raises it")
        func limit() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/graph.json"
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            try Files.write(bytes, to: path)
            #expect(try InputFiles(most: 100_000).read(path) == bytes)
            #expect(
                complaint(path, most: 99_999)
                    == "\(path): has more than 99999 bytes, the most that is read; --max-file-bytes raises it")
            #expect(try InputFiles.ofRuns.read(path) == bytes)
            #expect(try Files.read(path, from: 99_998) == Array(bytes.suffix(2)))
            #expect(try Files.read(path, upTo: 3) == Array(bytes.prefix(3)))
            #expect(try Files.read("/proc/self/status").count > 100, "its size is not known")
            let flags = try Flags(["--max-file-bytes", "5"], allowed: [InputFiles.flag])
            #expect(try InputFiles(flags).most == 5)
        }

        @Test("a named pipe without a writer, a device and a folder are refused at once, by every reader")
        func noFiles() throws {
            let folder = try TemporaryDirectory()
            let pipe = "\(folder.path)/pipe.json"
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            for (path, found) in [(pipe, "a named pipe"), ("/dev/zero", "a device"), (folder.path, "a folder")] {
                let expected = "cannot read \(path): it is \(found); allowed: a regular file"
                #expect(complaint(path) == expected)
                var growing = GrowingFile(path)
                for read in [
                    { _ = try Files.read(path) }, { _ = try Files.readSecret(path) }, { _ = try growing.newLines() },
                ] {
                    #expect(#expect(throws: SystemFault.self, performing: read)?.description == expected)
                }
                let fault = #expect(throws: ConfigurationFault.self) { try HostDataFiles().open(path) }
                #expect(fault?.description == expected)
                let ofTrace = #expect(throws: ConfigurationFault.self) { _ = try TraceTail.read(path, of: nil) }
                #expect(ofTrace?.description == expected)
            }
        }

        @Test("a pipe that a process was started with is read to its end, or to the limit")
        func inheritedPipe() throws {
            let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
            for (most, isRead) in [(50_000, true), (49_999, false)] {
                let path: String
                let reading: FileDescriptor
                do {
                    let pipe = try FileDescriptor.pipe()
                    try pipe.writing.writeAll(bytes)
                    (reading, path) = (pipe.reading, "/dev/fd/\(pipe.reading.number)")
                }
                if isRead {
                    #expect(try InputFiles(most: most).read(path) == bytes)
                } else {
                    #expect(complaint(path, most: most)?.contains("has more than 49999 bytes") == true)
                }
                withExtendedLifetime(reading) {}
            }
            #expect(complaint("/dev/fd/9999")?.contains("ENOENT") == true)
        }

        @Test("an unknown flag that is a key of the experiment is answered with --set")
        func flags() {
            let known = [Flag("set", "KEY=VALUE", ""), Flag("quiet", nil, "")]
            func line(_ arguments: [String], allowed: [Flag]) -> String? {
                #expect(throws: ConfigurationFault.self) { try Flags(arguments, allowed: allowed) }?.description
            }
            let hint = "there is no flag --seed; a key of the experiment is set by --set seed=3"
            #expect(line(["--seed", "3"], allowed: known) == hint)
            #expect(line(["--quiet", "--seed=3"], allowed: known) == hint)
            #expect(line(["--seed", "--quiet"], allowed: known)?.hasSuffix("--set seed=VALUE") == true)
            #expect(
                line(["--nodes", "9"], allowed: known)?
                    .hasSuffix(
                        "--set topology.nodes=9, or perhaps --set adversary.nodes=9, --set faults.nodes=9, "
                            + "--set measure.stability.nodes=9") == true)
            #expect(line(["--seed", "3"], allowed: [Flag("json", nil, "")]) == "unknown flag '--seed' (known: --json)")
            #expect(line(["--quit"], allowed: known)?.contains("did you mean '--quiet'?") == true)
        }
    }
}
