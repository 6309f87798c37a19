"""The services of first-order programmes."""

from matchmaker.first_orders.services.applications import apply, end_lot, programmes_for, voucher_of, withdraw
from matchmaker.first_orders.services.payouts import (
    accept_document,
    check_voucher_document,
    hand_in,
    missing_proofs,
    pay_voucher,
    record_return,
    refuse_document,
)
from matchmaker.first_orders.services.programmes import (
    change_programme,
    create_programme,
    draw_vouchers,
    end_programme,
    open_programme,
    publish_list,
    published_draw,
)
from matchmaker.first_orders.services.trial_lots import (
    campaigns_for,
    confirm_lot,
    landed_cost_of,
    lot_of,
    product_of,
    write_lot,
)
