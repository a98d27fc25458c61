using System.Globalization;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>Tells what happens while it happens, in <c>artifacts/faults</c>: the schedule in one file, what each silo says in another.</summary>
internal sealed class FaultLog : IDisposable
{
    public const string Folder = "artifacts/faults";

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _began = TimeProvider.System.GetUtcNow();
    private readonly string _folder = Path.Combine(Repository.Root, "artifacts", "faults");
    private readonly StreamWriter _told;
    private readonly Dictionary<int, StreamWriter> _heard = [];

    /// <param name="name">Of the files.</param>
    public FaultLog(string name)
    {
        Directory.CreateDirectory(_folder);
        Name = name;
        _told = Open(Path.Combine(_folder, $"{name}.log"));
    }

    private string Name { get; }

    /// <summary>Where somebody else may write what it has to say.</summary>
    public string FileOf(string who) => Path.Combine(_folder, $"{Name}-{who}.log");

    /// <summary>One line, with how long it is since the beginning.</summary>
    public void Say(string line)
    {
        var now = TimeProvider.System.GetUtcNow();
        lock (_lock)
        {
            _told.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(now - _began).TotalSeconds,7:0.0} s  {line}"));
        }
    }

    /// <summary>What a silo has said.</summary>
    public void Heard(int silo, string line)
    {
        lock (_lock)
        {
            if (!_heard.TryGetValue(silo, out var file))
            {
                _heard[silo] = file = Open(FileOf($"silo-{silo}"));
            }

            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {line}"));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _told.Dispose();
            foreach (var file in _heard.Values)
            {
                file.Dispose();
            }
        }
    }

    private static StreamWriter Open(string file) => new(file, append: false) { AutoFlush = true };
}
