using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;
using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Ingest.Outgoing;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>A change log, the view of it, and a broker, all in memory: they outlive the publishers that a test starts and stops.</summary>
internal sealed class OutsideWorld : IChangeLog, IBookmarks, ICityCatalog, IMqttPublisher, IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().AddMetrics().BuildServiceProvider();
    private readonly Channel<(string Topic, string Payload)> _said = Channel.CreateUnbounded<(string, string)>();
    private readonly Dictionary<string, Bookmark> _bookmarks = [];
    private readonly List<ChangeRow> _log = [];
    private readonly LiveView _live = new();
    private readonly CityView _view;
    private readonly List<IHostedService> _running = [];

    public OutsideWorld(City city)
    {
        (City, Rows) = (city, new(city));
        _view = new(new(city), Epoch);
        _live.Begin(_view);
    }

    public City City { get; }

    public Rows Rows { get; }

    public string Epoch => "epoch";

    public long Head => _log.Count;

    public Task<long> ReadHead(CancellationToken cancellation) => Task.FromResult(Head);

    /// <summary>The log holds nothing before this.</summary>
    public long FirstKept { get; set; } = 1;

    public long Generation { get; set; } = 1;

    public long Election { get; set; } = 1;

    public string? Trouble => null;

    /// <summary>What the broker does before it takes something.</summary>
    public Func<string, Task> Taking { get; set; } = _ => Task.CompletedTask;

    public CityPlan Current => new(City);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Rows that become one version of the view.</summary>
    public void Commit(params IReadOnlyList<PublishedRow> rows)
    {
        lock (_log)
        {
            _log.AddRange(rows.Select(row => new ChangeRow(
                row.Seq, row.At, row.Kind, row.Key, 1, row.Record is AlertStatus alert ? Serialize(alert) : null)));
        }

        _view.Apply(rows);
    }

    public void Redefine(City city) => _view.Apply([Rows.Row("test", "", null)], new(city));

    public async Task<IAsyncDisposable> TellAlerts() => await Run(new AlertPublisher(
        this, this, _live, _services.GetRequiredService<Serializer>(), Words, this, new IngestInstruments(_services.GetRequiredService<IMeterFactory>(), new IngestOptions()), TimeProvider.System,
        NullLogger<AlertPublisher>.Instance));

    public async Task<IAsyncDisposable> KeepZones() => await Run(new ZonePublisher(
        this, this, _live, Words, this, TimeProvider.System, NullLogger<ZonePublisher>.Instance));

    /// <summary>The next things that the broker was told: topic and payload.</summary>
    public async Task<string[]> Said(int count)
    {
        var said = new string[count];
        for (var i = 0; i < count; i++)
        {
            var (topic, payload) = await _said.Reader.ReadAsync(Cancellation);
            said[i] = $"{topic} {payload}".TrimEnd();
        }

        return said;
    }

    public Task<Bookmark?> Load(string reader, CancellationToken cancellation) => Task.FromResult(_bookmarks.GetValueOrDefault(reader));

    public Task Save(string reader, Bookmark bookmark, CancellationToken cancellation)
    {
        // As the database does: a bookmark does not go back in its log.
        if (_bookmarks.GetValueOrDefault(reader) is not { } before || before.Epoch != bookmark.Epoch || before.Seq <= bookmark.Seq)
        {
            _bookmarks[reader] = bookmark;
        }

        return Task.CompletedTask;
    }

    public Task<ChangeRead> ReadAlerts(long after, int max, CancellationToken cancellation)
    {
        lock (_log)
        {
            return Task.FromResult<ChangeRead>(after + 1 < FirstKept
                ? new ChangesGone(FirstKept, Head)
                : new SomeFollow([.. _log.Where(row => row.Seq > after && row.Kind == PublishedKind.Alert)], Head));
        }
    }

    public async Task WaitBeyond(long seq, CancellationToken cancellation) => await _live.Beyond(seq, cancellation);

    public ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default) =>
        hash == City.Hash ? new(Current) : throw new DefinitionMissingException($"{hash} is not here.");

    public async Task Publish(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        await Taking(text).WaitAsync(cancellation);
        Assert.Equal(topic != "alerts", retain);
        await _said.Writer.WriteAsync((topic, text), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _running)
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    Task<ChangeRead> IChangeLog.Read(long after, int max, CancellationToken cancellation) => throw new NotSupportedException();

    Task<ChangeSnapshot> IChangeLog.Snapshot(CancellationToken cancellation, params string[] kinds) => throw new NotSupportedException();

    void ICityCatalog.Use(CityPlan plan, long batch) => throw new NotSupportedException();

    private static OutgoingWords Words { get; } = new(
        (_, alert) => Encoding.UTF8.GetBytes($"{alert.Status.Id} {alert.Status.Phase} {alert.ChangedAt}"),
        (version, zone) => Encoding.UTF8.GetBytes($"{version.Zones[zone].Tally.OpenAlerts}"));

    private byte[] Serialize(AlertStatus alert) => _services.GetRequiredService<Serializer>().SerializeToArray(alert);

    private async Task<IAsyncDisposable> Run(BackgroundService service)
    {
        _running.Add(service);
        await service.StartAsync(Cancellation);
        return new Stopping(service);
    }

    private sealed class Stopping(IHostedService service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await service.StopAsync(CancellationToken.None);
    }
}
