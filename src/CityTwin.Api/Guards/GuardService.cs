using CityTwin.Api.Access;
using CityTwin.Api.Commands;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Guarding;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Guards;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Guards;

/// <summary>Guards: read from the view, or one from its owner, and given orders.</summary>
internal sealed class GuardService(CityReader reader, Watcher watcher, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
    : V1.GuardService.GuardServiceBase
{
    public override async Task<V1.Guard> GetGuard(V1.GetGuardRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var place = Pages.Find(Collections.Guards, version, request.Name);
        var view = version.Guards[place];
        if (ExactReads.IsAsked(request.ReadMode, request.AsOfTime))
        {
            view = view with { Status = await GrainOf(version, place).Read().WaitAsync(context.CancellationToken) };
        }

        return GuardMessages.Of(version, place, view);
    }

    public override async Task<V1.BatchGetGuardsResponse> BatchGetGuards(V1.BatchGetGuardsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        return new() { Guards = { Pages.BatchGet(Collections.Guards, version, request.Names, options.Value) } };
    }

    public override async Task<V1.ListGuardsResponse> ListGuards(V1.ListGuardsRequest request, ServerCallContext context)
    {
        var version = await reader.At(request.AsOfTime, request.AtLeastVersion, context.CancellationToken);
        var page = Pages.List(Collections.Guards, version, context.Access(), request.PageSize, request.PageToken, request.Filter, options.Value, request.AsOfTime);
        return new() { Guards = { page.Items }, NextPageToken = page.NextPageToken, Version = VersionToken.Of(version).ToString() };
    }

    public override Task WatchGuards(
        V1.WatchGuardsRequest request, IServerStreamWriter<V1.WatchGuardsResponse> responseStream, ServerCallContext context) =>
        watcher.Run(
            Collections.Guards,
            request.Filter,
            request.ResumeToken,
            responseStream,
            message => new() { Kind = message.Kind, Guard = message.Thing, Removed = message.Removed, ResumeToken = message.ResumeToken },
            context);

    public override Task<V1.CommandReceipt> DispatchGuard(V1.DispatchGuardRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var order = new Order(request.Principal, request.Reason, request.RequestId);
        violations.Command(order);
        var version = reader.Newest;
        var id = ResourceNames.IdOf(request.Place, ResourceNames.Zones);
        if (id is null || version.Index.Find(new Core.Model.ZoneId(id)) is null)
        {
            violations.Add("place", $"There is no zone '{request.Place}'.", "UNKNOWN_REFERENCE");
        }

        violations.Throw();
        return Command(
            request.Name, order.WithId(), (grain, known) => grain.Dispatch(known.RequestId, new(id!), known.Principal, known.Reason), context);
    }

    public override Task<V1.CommandReceipt> ReportGuard(V1.ReportGuardRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var order = new Order(request.Principal, request.Reason, request.RequestId);
        violations.Command(order, reasonRequired: false);
        if (request.Reached is not (V1.GuardDuty.EnRoute or V1.GuardDuty.OnScene or V1.GuardDuty.Available))
        {
            violations.Add("reached", "reached is GUARD_DUTY_EN_ROUTE, GUARD_DUTY_ON_SCENE or GUARD_DUTY_AVAILABLE.", "OUT_OF_RANGE");
        }

        violations.Throw();
        return Command(
            request.Name, order.WithId(), (grain, known) => grain.Progress(known.RequestId, (GuardDuty)(request.Reached - 1)), context);
    }

    public override Task<V1.CommandReceipt> ShiftGuard(V1.ShiftGuardRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var order = new Order(request.Principal, request.Reason, request.RequestId);
        violations.Command(order, reasonRequired: false);
        if (!request.HasOnDuty)
        {
            violations.Add("on_duty", "on_duty is required.", "REQUIRED");
        }

        violations.Throw();
        return Command(request.Name, order.WithId(), (grain, known) => grain.Shift(known.RequestId, request.OnDuty), context);
    }

    private async Task<V1.CommandReceipt> Command(
        string name, Order order, Func<IGuardGrain, Order, Task<GuardOutcome>> command, ServerCallContext context)
    {
        var version = reader.Newest;
        var grain = GrainOf(version, Pages.Find(Collections.Guards, version, name));
        var outcome = await Order.Deliver(() => command(grain, order), time, context.CancellationToken);
        return outcome.Fault is not { } fault ? order.Receipt(version, name, outcome.Seq, time.GetUtcNow())
            : throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.GuardNotReady, fault switch
            {
                GuardFault.OffDuty => $"'{name}' is off duty.",
                GuardFault.NoOrder => $"'{name}' has no order in hand.",
                _ => $"'{name}' has an order in hand, and finishes it first.",
            });
    }

    private IGuardGrain GrainOf(CityVersion version, int place) =>
        grains.GetGrain<IGuardGrain>(GrainKeys.Of(version.Index.City.Guards[place].Id));
}
