// PBS Pro and TORQUE: they lend machines and count arrays; mpirun starts the processes.
import Registry

enum PBS: JobLauncher {
    static let name = "PBS"
    static var arrayVariables: ArrayVariables? { ArrayVariables(index: "PBS_ARRAY_INDEX") }

    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList? {
        guard let file = environment["PBS_NODEFILE"] else { return nil }
        return try HostList(file: file)
    }
}
