using System.Diagnostics;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// The examples for those who do not write .NET, with code generated from the contract as it is now, against a real silo. Where
/// their tools are not installed they are skipped, and say so.
/// </summary>
public sealed class Examples : IDisposable
{
    private const string GoPackages = "/usr/share/gocode";
    private const string SystemPython = "/usr/bin/python3";

    private static readonly string Contract = Path.Combine(Repository.Root, "src", "CityTwin.Protocol");
    private static readonly string Sources = Path.Combine(Repository.Root, "src", "CityTwin.Client", "examples");
    private static readonly string CommonProtos = Path.Combine(Tools.Package("google.api.commonprotos"), "content", "protos");

    private static readonly string[] GoTools = ["protoc", "protoc-gen-go", "protoc-gen-go-grpc", "go"];

    /// <summary>Debian's gRPC for Go is older than what its generator makes; newer ones encode like this by themselves.</summary>
    private const string Codec = """
        package main

        import (
        	"google.golang.org/grpc/encoding"
        	"google.golang.org/protobuf/proto"
        )

        type codec struct{}

        func (codec) Marshal(message interface{}) ([]byte, error)       { return proto.Marshal(message.(proto.Message)) }
        func (codec) Unmarshal(bytes []byte, message interface{}) error { return proto.Unmarshal(bytes, message.(proto.Message)) }
        func (codec) Name() string                                     { return "proto" }
        func init()                                                    { encoding.RegisterCodec(codec{}) }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-example-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string[] Protos { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Contract, "citytwin", "v1"), "*.proto").Select(path => Path.GetRelativePath(Contract, path)).Order()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 180_000)]
    public async Task Python_example_asks_watches_and_sends()
    {
        var isUsable = Tools.IsInstalled("protoc") && Tools.IsInstalled("grpc_python_plugin") && File.Exists(SystemPython)
            && (await Tools.Run(new(SystemPython, ["-c", "import grpc, google.protobuf"]), Cancellation)).ExitCode == 0;
        Assert.SkipUnless(isUsable, "protoc, grpc_python_plugin or python3-grpcio is not installed: the Python example was not run.");
        string[] google = ["annotations", "http", "field_behavior", "resource"];
        await Succeed(new(
            "protoc",
            [
                "-I", Contract, "-I", CommonProtos, $"--python_out={_folder}", $"--grpc_python_out={_folder}",
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", .. Protos, .. google.Select(name => $"google/api/{name}.proto"),
                "google/rpc/status.proto",
            ]));
        await Run((key, arguments) => new(SystemPython, [Path.Combine(Sources, "python", "citytwin_example.py"), .. arguments])
        {
            Environment = { ["PYTHONPATH"] = _folder, ["PYTHONDONTWRITEBYTECODE"] = "1", ["CITYTWIN_KEY"] = key },
        });
    }

    [Fact(Timeout = 300_000)]
    public async Task Go_example_asks_watches_and_sends()
    {
        var isUsable = GoTools.All(Tools.IsInstalled)
            && Directory.Exists(Path.Combine(GoPackages, "src", "google.golang.org", "grpc"))
            && Directory.Exists(Path.Combine(GoPackages, "src", "google.golang.org", "protobuf"));
        Assert.SkipUnless(isUsable, "protoc, go, or its packages of gRPC are not installed: the Go example was not compiled.");
        var (sources, program) = (Directory.CreateDirectory(Path.Combine(_folder, "src", "example")).Parent!.FullName, Path.Combine(_folder, "example"));
        var packages = string.Join(',', Protos.Select(proto => $"M{proto}=citytwin/v1"));
        await Succeed(new("protoc", ["-I", Contract, "-I", CommonProtos, $"--go_out={packages}:{sources}", $"--go-grpc_out={packages}:{sources}", .. Protos]));
        File.Copy(Path.Combine(Sources, "go", "main.go"), Path.Combine(sources, "example", "main.go"));
        await File.WriteAllTextAsync(Path.Combine(sources, "example", "codec.go"), Codec, Cancellation);
        await Succeed(new("go", ["build", "-o", program, "."])
        {
            WorkingDirectory = Path.Combine(sources, "example"),
            Environment =
            {
                ["GO111MODULE"] = "off", ["GOFLAGS"] = "", ["GOPATH"] = $"{_folder}:{GoPackages}", ["GOCACHE"] = Path.Combine(_folder, "cache"),
            },
        });
        await Run((key, arguments) => new(program, arguments) { Environment = { ["CITYTWIN_KEY"] = key } });
    }

    private async Task Run(Func<string, string[], ProcessStartInfo> example)
    {
        await using var silo = SiloProcess.Prepare(null, "--no-feed");
        silo.Environment["CITYTWIN_KEYS_FILE"] = Path.Combine(_folder, "keys.json");
        var (viewer, device) = (await Key("viewer"), await Key("device"));
        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", viewer);
        await silo.Run(Cancellation);
        var address = $"127.0.0.1:{silo.GrpcPort}";

        Assert.Contains("zones/market-square\t", await Succeed(example(viewer, [address, "query"])), StringComparison.Ordinal);
        var watched = await Succeed(example(viewer, [address, "watch", "1"]));
        Assert.Contains("WATCH_KIND_SNAPSHOT zones/market-square", watched, StringComparison.Ordinal);
        Assert.EndsWith("checkpoint", watched.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("stored 100", (await Succeed(example(device, [address, "send", "tank-old-town-flow", "1", "100"]))).Trim());
        Assert.Contains("UnknownSensor", await Succeed(example(device, [address, "send", "nowhere", "1", "1"])), StringComparison.Ordinal);
        var (refused, why) = await Tools.Run(example(viewer, [address, "send", "tank-old-town-flow", "1", "1"]), Cancellation);
        Assert.NotEqual(0, refused);
        Assert.Contains("IngestService/SendReadings", why, StringComparison.Ordinal);
        Assert.Equal(100, (await silo.Get("v1/sensors/tank-old-town-flow/readings?pageSize=1000", Cancellation)).GetProperty("readings").GetArrayLength());
    }

    private static async Task<string> Succeed(ProcessStartInfo start)
    {
        var (exitCode, output) = await Tools.Run(start, Cancellation);
        Assert.True(exitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)}\n{output}");
        return output;
    }

    private async Task<string> Key(string role)
    {
        var (exitCode, output, errors) = await Programs.Run(
            Programs.Cli, Cancellation, "key", "create", "--file", Path.Combine(_folder, "keys.json"), "--name", role, "--role", role);
        Assert.True(exitCode == 0, errors);
        return output.Trim();
    }
}
