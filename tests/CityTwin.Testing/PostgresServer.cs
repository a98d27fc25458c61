using System.Diagnostics;
using Npgsql;

namespace CityTwin.Testing;

/// <summary>
/// A real PostgreSQL on a free port of 127.0.0.1, with a folder of its own; it ends with this object. The server refuses to
/// run as root, so that for root it runs as the user whom the package has made for it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Who owns everything on it; no password is asked.</summary>
    public const string Owner = "postgres";

    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly string Programs = FindPrograms();

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-postgres-").FullName;
    private readonly bool _isDurable;
    private Process? _process;
    private int _databases;

    private PostgresServer(int port, bool isDurable) => (Port, _isDurable) = (port, isDurable);

    public int Port { get; }

    /// <param name="isDurable">False where the server is not killed: then it need not wait for the disk.</param>
    public static async Task<PostgresServer> Start(CancellationToken cancellation, bool isDurable = false)
    {
        var server = new PostgresServer(Mosquitto.FreePort(), isDurable);
        if (Environment.IsPrivilegedProcess)
        {
            await Finish(Process.Start("chown", [Owner, server._folder]), cancellation);
        }

        await Finish(
            server.Launch("initdb", "--pgdata", server.Data, "--username", Owner, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            cancellation);
        await server.Run(cancellation);
        return server;
    }

    public string ConnectionString(string database, string user = Owner) =>
        $"Host=127.0.0.1;Port={Port};Username={user};Database={database};Include Error Detail=true";

    /// <summary>Makes a database of a new name.</summary>
    /// <param name="template">The database to copy; nobody may be connected to it.</param>
    /// <param name="on">Where its tables lie; null = with the server.</param>
    public async Task<string> Create(CancellationToken cancellation, string template = "template1", SmallDisk? on = null)
    {
        var name = $"city{Interlocked.Increment(ref _databases)}";
        if (on is not null)
        {
            await Finish(Process.Start("chown", [Owner, on.Folder]), cancellation);
            await Execute("postgres", $"create tablespace {name} location '{on.Folder}'", cancellation);
        }

        await Execute("postgres", $"create database {name} template {template}{(on is null ? "" : $" tablespace {name}")}", cancellation);
        return name;
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public Task Drop(string database, CancellationToken cancellation) => Execute("postgres", $"drop database {database} with (force)", cancellation);

    public async Task Execute(string database, string sql, CancellationToken cancellation) => await Scalar(database, sql, cancellation);

    public async Task<object?> Scalar(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Throws everybody out at once and rolls back what is open, as after a crash; it is gone until <see cref="Run"/>.</summary>
    public Task Crash(CancellationToken cancellation) => End("-QUIT", cancellation);

    /// <summary>Throws everybody out and writes out what it has; it is gone until <see cref="Run"/>.</summary>
    public Task Stop(CancellationToken cancellation) => End("-INT", cancellation);

    private async Task End(string signal, CancellationToken cancellation)
    {
        await Finish(Process.Start("kill", [signal, $"{_process!.Id}"]), cancellation);
        await _process.WaitForExitAsync(cancellation);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it on what it has, and waits until it serves.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        _process = Launch(
            "postgres",
            [
                "-D", Data, "-p", $"{Port}", "-k", _folder, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
                .. _isDurable ? Array.Empty<string>() : ["-c", "fsync=off", "-c", "full_page_writes=off"],
            ]);
        var said = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        while (!await Serves(cancellation))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > StartMax)
            {
                throw new InvalidOperationException($"PostgreSQL does not serve on port {Port}. {(_process.HasExited ? await said : "")}");
            }

            await Task.Delay(Look, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await Crash(CancellationToken.None);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private async Task<bool> Serves(CancellationToken cancellation)
    {
        try
        {
            await Scalar("postgres", "select 1", cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private Process Launch(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(Programs, program), .. arguments];
        if (Environment.IsPrivilegedProcess)
        {
            command = ["setpriv", $"--reuid={Owner}", $"--regid={Owner}", "--init-groups", .. command];
        }

        // Every user may stand in the folder of the server, but not in ours.
        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        })!;
    }

    private static async Task Finish(Process process, CancellationToken cancellation)
    {
        using (process)
        {
            var said = process.StartInfo.RedirectStandardError ? process.StandardError.ReadToEndAsync(cancellation) : Task.FromResult("");
            if (process.StartInfo.RedirectStandardOutput)
            {
                _ = process.StandardOutput.ReadToEndAsync(cancellation);
            }

            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}: {await said}");
            }
        }
    }

    /// <summary>Debian keeps the programs of each version apart, and the server's out of the path.</summary>
    private static string FindPrograms()
    {
        const string Versions = "/usr/lib/postgresql";
        var folders = Directory.Exists(Versions)
            ? Directory.GetDirectories(Versions).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is missing: install the package postgresql.");
    }
}
