using CityTwin.Client;
using CityTwin.Console.Details;
using CityTwin.Console.Live;
using CityTwin.Console.Panels;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Radzen;

namespace CityTwin.Console.Pages;

/// <summary>
/// The first page: the map, the lists beside it, and what is selected. The map and the watch run in the browser
/// (<see cref="Browser"/>); this class holds what the panels show and sends what the operator orders.
/// </summary>
public sealed partial class MapPage(IJSRuntime runtime, DialogService dialogs, CityTwinClient api) : ComponentBase, IAsyncDisposable
{
    private ElementReference _root;
    private DotNetObjectReference<MapPage>? _self;
    private Browser? _browser;
    private ServedCity? _city;
    private Digest? _digest;
    private CityTimes _times = new("UTC");
    private IReadOnlyList<AlertRow> _alerts = [];
    private IReadOnlyList<ThingRow> _guards = [];
    private IReadOnlyList<CascadeRow> _cascades = [];
    private DateTimeOffset? _past;
    private ThingRow? _selected;
    private int _revision;
    private int _digests;
    private string _tab = "alerts";
    private string _service = "";
    private string _operator = "";
    private string? _notice;
    private bool _noticeIsBad;

    private IReadOnlyList<Tab> Tabs =>
    [
        new("alerts", "Alerts", _digest?.AlertCounts.Unacknowledged ?? 0),
        new("things", "Things", null),
        new("guards", "Guards", null),
        new("cascades", "Cascades", null),
        new("attack", "Attack", null),
    ];

    /// <summary>The browser tells which city is served.</summary>
    [JSInvokable]
    public void Serve(ServedCity city)
    {
        _city = city;
        _times = new CityTimes(city.TimeZone);
        StateHasChanged();
    }

    /// <summary>The browser tells what has changed.</summary>
    [JSInvokable]
    public void Show(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        _digest = digest;
        _digests++;
        _alerts = digest.Alerts ?? _alerts;
        _guards = digest.Guards ?? _guards;
        _cascades = digest.Cascades ?? _cascades;
        _revision += digest.IsSelectionOld ? 1 : 0;
        StateHasChanged();
    }

    /// <summary>The browser tells which past instant it shows; null = the city as it is.</summary>
    [JSInvokable]
    public void Past(DateTimeOffset? instant)
    {
        _past = instant;
        StateHasChanged();
    }

    /// <summary>The browser tells why a past instant cannot be shown.</summary>
    [JSInvokable]
    public void PastMissing(string reason) => Tell($"That instant cannot be shown: {reason}", isBad: true);

    /// <summary>The browser tells what is selected on the map; null for nothing.</summary>
    [JSInvokable]
    public void Select(ThingRow? thing)
    {
        _selected = thing;
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _self?.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _self = DotNetObjectReference.Create(this);
        _browser = await Browser.Start(runtime, _root, _self);
        _operator = await _browser.Remembered("operator") ?? "";
        _service = await _browser.Remembered("service") ?? "";
        StateHasChanged();
    }

    private async Task Choose(string name)
    {
        if (name.StartsWith("assets/", StringComparison.Ordinal) || name.StartsWith("conduits/", StringComparison.Ordinal))
        {
            // They are on no map: their place is the list.
            _tab = "attack";
            return;
        }

        if (_browser is not null)
        {
            await _browser.Select(name, isShown: true);
        }
    }

    private async Task Deselect()
    {
        if (_browser is not null)
        {
            await _browser.Select(null, isShown: false);
            await _browser.FocusMap();
        }
    }

    private async Task<Findings> Search(string query) =>
        _browser is null ? new Findings(0, []) : await _browser.Search(query);

    private async Task ChooseService(string service)
    {
        _service = service;
        if (_browser is not null)
        {
            await _browser.SetService(service);
        }
    }

    private async Task NameOperator(string name)
    {
        _operator = name.Trim();
        if (_browser is not null)
        {
            await _browser.Remember("operator", _operator);
        }
    }

    private async Task Replay(CascadeRow row)
    {
        try
        {
            var cascade = await api.Cascades.GetCascadeAsync(new() { Name = row.Name });
            var changes = cascade.Levels.Select(level => new object[] { level.Segment, level.BeforePermille });
            await _browser!.Replay(changes, row.Roots.Select(root => root.Name));
        }
        catch (RpcException refusal)
        {
            Tell(refusal.Status.Detail, isBad: true);
        }
    }

    private Task Acknowledge(AlertRow alert) => _operator.Length > 0 && _past is null
        ? Give(Commands.Acknowledge(alert), new(_operator, "", null))
        : OpenCommand(Commands.Acknowledge(alert));

    private async Task OpenCommand(Command command)
    {
        if (_past is not null)
        {
            Tell("What you see is the past. Go back to now to give orders.", isBad: true);
            return;
        }

        var parameters = new Dictionary<string, object?> { [nameof(CommandDialog.Command)] = command, [nameof(CommandDialog.Operator)] = _operator };
        var options = new DialogOptions { Width = "460px", CloseDialogOnEsc = true, AutoFocusFirstElement = false };
        if (await dialogs.OpenAsync<CommandDialog>(command.Title, parameters, options) is CommandOrder order)
        {
            await NameOperator(order.Principal);
            await Give(command, order);
        }
    }

    private async Task Give(Command command, CommandOrder order)
    {
        try
        {
            await command.Give(api, order);
            Tell(command.Done, isBad: false);
        }
        catch (RpcException refusal)
        {
            Tell(refusal.Status.Detail, isBad: true);
        }
    }

    private void Tell(string text, bool isBad)
    {
        _notice = text;
        _noticeIsBad = isBad;
        StateHasChanged();
    }
}
