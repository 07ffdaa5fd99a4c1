// Slurm: srun starts the tasks of a step; the shell of a batch script, which has rank 0 as well, is none of them.
import Registry

enum Slurm: JobLauncher {
    static let name = "Slurm"
    static var rankVariables: (rank: String, size: String?)? { ("SLURM_PROCID", nil) }
    static var arrayVariables: ArrayVariables? {
        ArrayVariables(
            index: "SLURM_ARRAY_TASK_ID", first: "SLURM_ARRAY_TASK_MIN", last: "SLURM_ARRAY_TASK_MAX",
            step: "SLURM_ARRAY_TASK_STEP", count: "SLURM_ARRAY_TASK_COUNT")
    }
    static var restartVariable: (name: String, first: Int)? { ("SLURM_RESTART_COUNT", 0) }

    /// Step ids from here on are shells of Slurm's own: batch, interactive, external.
    private static let firstSpecialStep = 0xffff_fff0

    static func claim(_ environment: LaunchEnvironment) -> RankClaim? {
        guard environment["SLURM_JOB_ID"] != nil || environment["SLURM_PROCID"] != nil else { return nil }
        let isStep = environment["SLURM_STEP_ID"].flatMap { Int($0) }.map { $0 < firstSpecialStep } ?? false
        guard isStep, let rank = environment["SLURM_PROCID"] else {
            return RankClaim(
                name, useless: "this is the shell of a Slurm job, not a task of a step; start the nodes with srun")
        }
        let name = ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"].first { environment[$0] != nil }
        return RankClaim(
            self.name, rank: ("SLURM_PROCID", rank), size: name.flatMap { name in environment[name].map { (name, $0) } }
        )
    }

    /// The hosts of the step, or of the job where something else starts the processes in it.
    static func hosts(_ environment: LaunchEnvironment) throws(ConfigurationFault) -> HostList? {
        for (list, counts) in [
            ("SLURM_STEP_NODELIST", "SLURM_STEP_TASKS_PER_NODE"), ("SLURM_JOB_NODELIST", "SLURM_TASKS_PER_NODE"),
        ] {
            guard let names = environment[list], let tasks = environment[counts] else { continue }
            let hosts = try SlurmNodeList.hosts(names, variable: list)
            let slots = try SlurmNodeList.counts(tasks, variable: counts)
            guard hosts.count == slots.count else {
                throw ConfigurationFault(
                    "--hosts auto: \(list) has \(hosts.count) hosts and \(counts) \(slots.count) numbers")
            }
            let shares = zip(hosts, slots).map { HostList.Share(host: $0, slots: $1) }
            switch environment["SLURM_DISTRIBUTION"]?.split(separator: ":").first ?? "block" {
            case "block": return HostList(shares)
            case "cyclic": return HostList(dealtInTurn: shares)
            case let other:
                throw ConfigurationFault(
                    "--hosts auto: SLURM_DISTRIBUTION is \(excerpt(of: String(other))); allowed: block or cyclic, or "
                        + "nodes that leave their addresses in a folder (--endpoints)")
            }
        }
        return nil
    }
}
