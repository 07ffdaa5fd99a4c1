// Locks on files: one holder at a time, and none once it is gone.
import Platform
import Testing

extension PlatformTests {
    @Suite("File locks", .timeLimit(.minutes(1))) struct FileLockTests {
        @Test("one holder at a time, on each file")
        func exclusion() throws {
            let folder = try TemporaryDirectory()
            do {
                let first = try #require(try FileLock.take("\(folder.path)/lock"))
                #expect(first.isEffective)
                #expect(try FileLock.take("\(folder.path)/lock") == nil)
                #expect(try FileLock.take("\(folder.path)/other") != nil)
                withExtendedLifetime(first) {}
            }
            #expect(try FileLock.take("\(folder.path)/lock") != nil)
        }

        @Test("children of the holder do not hold it")
        func children() throws {
            let folder = try TemporaryDirectory()
            let lifeline = try Lifeline()
            var lock = try FileLock.take("\(folder.path)/lock")
            #expect(lock != nil)
            let child = try WatchedChild("/bin/cat", ["/dev/fd/3"], lifeline: lifeline)
            lock = nil
            #expect(try child.process.poll() == nil)
            #expect(try FileLock.take("\(folder.path)/lock") != nil)
            try child.process.send(.kill)
            #expect(try child.ending() == .signalled(.kill))
        }

        @Test("a file that cannot be made is a fault")
        func unwritable() {
            let fault = #expect(throws: SystemFault.self) { try FileLock.take("/nonexistent/lock") }
            #expect(fault?.description == "cannot lock /nonexistent/lock: No such file or directory (ENOENT)")
        }
    }
}
