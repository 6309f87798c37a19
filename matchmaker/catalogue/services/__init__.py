"""The services of the catalogue."""

from matchmaker.catalogue.services.demands import (
    close_demand,
    close_expired_demands,
    extend_demand,
    invite_to_demand,
    publish_demand,
    remind_of_closing,
    save_demand,
    withdraw_demand,
)
from matchmaker.catalogue.services.moderation import comment_on_demand, pass_demand, return_demand
from matchmaker.catalogue.services.papers import (
    accept_certificate,
    add_product_file,
    certificates_waiting,
    describe_certificate,
    refuse_certificate,
    remove_product_file,
    resting_certificates,
)
from matchmaker.catalogue.services.pictures import (
    add_product_image,
    change_product_image,
    open_pictures,
    remove_product_image,
    reserve_pictures,
)
from matchmaker.catalogue.services.products import (
    copy_product,
    pause_product,
    publish_product,
    save_product,
    withdraw_product,
)
from matchmaker.catalogue.services.shortlist import note_on_shortlist, shortlist_product, unshortlist_product
from matchmaker.catalogue.services.videos import add_product_video, remove_product_video
from matchmaker.catalogue.services.wishes import keep_as_draft, publish_when_approved
