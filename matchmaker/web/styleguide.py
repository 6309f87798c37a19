from django.shortcuts import render

from matchmaker.web.access import staff


@staff
def show(request):
    return render(request, "styleguide/index.html")
