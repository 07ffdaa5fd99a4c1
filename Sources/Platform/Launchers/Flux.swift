// Flux: flux run, flux submit.
enum Flux: JobLauncher {
    static let name = "Flux"
    static var rankVariables: (rank: String, size: String?)? { ("FLUX_TASK_RANK", "FLUX_JOB_SIZE") }
}
