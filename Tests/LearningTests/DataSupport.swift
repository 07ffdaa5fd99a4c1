// What the suites of data in files share.
import Learning
import Registry
import TestSupport

/// Data of this kind in some files, opened.
func opened(
    _ type: any DataSource.Type, in files: MemoryFiles, _ given: [(name: String, value: ParameterValue)] = [],
    trusting: Bool = false
) throws(ConfigurationFault) -> any Dataset {
    try type.init(ParameterValues(given, declared: type.parameters, key: "task.dataset"))
        .open(files, trusting: trusting)
}

/// What is said of a mistake; empty if there is none.
func message(_ body: () throws(ConfigurationFault) -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return error.description
    }
}
