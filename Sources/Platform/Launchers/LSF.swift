// IBM LSF, and jsrun of its job step manager.
import Registry

enum LSF: JobLauncher {
    static let name = "LSF"
    static var rankVariables: (rank: String, size: String?)? { ("JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE") }
    // A job that is in no array has index 0.
    static var arrayVariables: ArrayVariables? {
        ArrayVariables(index: "LSB_JOBINDEX", last: "LSB_JOBINDEX_END", step: "LSB_JOBINDEX_STEP", none: ["0"])
    }

    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList? {
        guard let file = environment["LSB_DJOB_HOSTFILE"] else { return nil }
        return try HostList(file: file)
    }
}
