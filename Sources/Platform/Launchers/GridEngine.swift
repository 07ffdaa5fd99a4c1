// Grid Engine, as Son of Grid Engine, Univa and Altair have it.
import Registry

enum GridEngine: JobLauncher {
    static let name = "Grid Engine"
    static var arrayVariables: ArrayVariables? {
        ArrayVariables(
            index: "SGE_TASK_ID", first: "SGE_TASK_FIRST", last: "SGE_TASK_LAST", step: "SGE_TASK_STEPSIZE",
            none: ["undefined"])
    }
    static var restartVariable: (name: String, first: Int)? { ("RESTARTED", 0) }

    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList? {
        guard let file = environment["PE_HOSTFILE"] else { return nil }
        return try HostList(file: file)
    }
}
